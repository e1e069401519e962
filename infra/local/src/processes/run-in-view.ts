import { spawn } from 'node:child_process';
import { rootDir } from '../paths.ts';

/** Runs a command whose output a person watches, and returns its exit code. Signals to us are passed on, and we wait. */
export function runInView(command: string, args: readonly string[], env: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: rootDir, stdio: 'inherit', env: { ...process.env, ...env } });
    const forward = (signal: NodeJS.Signals): void => void child.kill(signal);
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
    for (const signal of signals) process.on(signal, forward);
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      for (const each of signals) process.off(each, forward);
      resolve(signal === null ? (code ?? 1) : 1);
    });
  });
}
