import { readFileSync } from 'node:fs';

/** For what a process has open besides its clients. */
const OTHERS = 500;

/** Throws when a process may not have a socket for each client; Node has already asked for as many as it can get. */
export function mustBeAbleToOpen(clients: number): void {
  const [, most] = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
  if (most === undefined || Number(most) >= clients + OTHERS) return;
  throw new Error(
    `${clients} clients need ${clients + OTHERS} open files in one process, and ${most} are allowed here: ` +
      `raise it with \`ulimit -n ${clients + OTHERS}\`, or take fewer with --clients ${Math.max(1, Number(most) - OTHERS)}.`,
  );
}
