const SETTINGS = 'Settings come from the environment; .env.example lists them.\n';

/** One thing a process can be told to do on its command line. */
export interface Command {
  describe: string;
  /** Gets the arguments after the command's name. */
  run(args: string[]): Promise<unknown>;
}

/**
 * The command line of a process: the first argument chooses, without one it is `serve`, `--help` lists them, and after a
 * command tells of that one. A command that fails says why and ends with 1; an unknown one with 2.
 */
export async function runCommands(
  program: string,
  commands: Record<string, Command>,
  [name = 'serve', ...args] = process.argv.slice(2),
): Promise<void> {
  if (['--help', '-h', 'help'].includes(name)) {
    process.stdout.write(usage(program, commands));
    return;
  }
  const command = commands[name];
  if (command === undefined) {
    process.stderr.write(`There is no command "${name}".\n\n${usage(program, commands)}`);
    process.exitCode = 2;
    return;
  }
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(`usage: ${program} ${name}\n\n  ${command.describe}\n\n${SETTINGS}`);
    return;
  }
  try {
    await command.run(args);
  } catch (error) {
    process.stderr.write(`${program} ${name}: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}

function usage(program: string, commands: Record<string, Command>): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length));
  const lines = Object.entries(commands).map(([name, { describe }]) => `  ${name.padEnd(width)}  ${describe}`);
  return `usage: ${program} [command]\n\n${lines.join('\n')}\n\n${SETTINGS}`;
}
