import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keepPath, sweepPath } from '../processes/guard.ts';
import { runFilePath } from './run-file.ts';

/** The pid of the runner that holds the directory, from its first moment on; null when nobody does. */
export function runnerOf(dir: string): number | null {
  const file = lockFile(dir);
  if (!existsSync(file)) return null;
  const pid = Number(readFileSync(file, 'utf8'));
  return isRunner(pid) ? pid : null;
}

/** Takes the directory for this process; throws when another runner has it. Everything is given back when this process ends, however it ends. */
export function takeRunnerLock(dir: string): { release(): void } {
  const other = runnerOf(dir);
  if (other !== null) {
    throw new Error(
      `The shop is running already (pid ${other}). \`npm run stop\` ends it; PORT does not start a second one.`,
    );
  }
  mkdirSync(dir, { recursive: true });
  const file = lockFile(dir);
  rmSync(file, { force: true });
  // Fails when somebody was faster.
  writeFileSync(file, String(process.pid), { flag: 'wx' });
  const paths = [file, runFilePath(dir)];
  for (const path of paths) sweepPath(path);
  return {
    release() {
      for (const path of paths) {
        rmSync(path, { force: true });
        keepPath(path);
      }
    },
  };
}

function lockFile(dir: string): string {
  return join(dir, 'runner.pid');
}

function isRunner(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // A process of another user is alive, and we may not touch it.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  // The number may have gone to somebody else since. Where /proc is missing we believe it.
  const commandLine = `/proc/${pid}/cmdline`;
  return !existsSync(commandLine) || readFileSync(commandLine, 'utf8').includes('infra/local/src/tasks');
}
