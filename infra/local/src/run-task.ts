/** Runs a task, whose number is the exit code; one that throws says why, without a stack, and ends with 1. */
export async function runTask(task: () => Promise<unknown>): Promise<void> {
  try {
    const code = await task();
    process.exitCode = typeof code === 'number' ? code : 0;
  } catch (error) {
    process.stderr.write(`\n${error instanceof Error ? error.message : error}\n`);
    if (process.env.LOG_LEVEL === 'debug' && error instanceof Error) process.stderr.write(`${error.stack}\n`);
    process.exitCode = 1;
  }
}
