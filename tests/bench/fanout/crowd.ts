import { fork } from 'node:child_process';
import { join } from 'node:path';

/** What the process of the clients is asked. */
export type Asked = { come: { port: number; count: number } } | { comeBack: { port: number } } | { leave: true };

/** What it says. */
export type Said = { done: true } | { told: number; at: number } | { failed: string };

/** All clients of an arm, in a process of their own, whose CPU time is nobody's. */
export interface Crowd {
  come(port: number, count: number): Promise<void>;
  comeBack(port: number): Promise<void>;
  /** When all have been told of such an event: the moment of the last, in milliseconds since the epoch. */
  told(isIt: (number: number) => boolean): Promise<number>;
  leave(): Promise<void>;
  close(): void;
}

interface Waiting {
  take(said: Said): boolean;
  reject(error: Error): void;
}

/** Nothing here takes as long. */
const PATIENCE_MS = 120_000;

export function gatherCrowd(): Crowd {
  const flags = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=64'];
  const child = fork(join(import.meta.dirname, 'clients-process.ts'), { execArgv: flags });
  const waiting = new Set<Waiting>();
  let failure: Error | null = null;

  function fail(error: Error): void {
    failure ??= error;
    for (const each of waiting) each.reject(failure);
    waiting.clear();
  }

  child.on('exit', () => fail(new Error('The process of the clients has ended.')));
  child.on('message', (said: Said) => {
    if ('failed' in said) return fail(new Error(said.failed));
    for (const each of waiting) if (each.take(said)) waiting.delete(each);
  });

  function hear<T>(find: (said: Said) => T | null): Promise<T> {
    return new Promise((resolve, reject) => {
      if (failure !== null) return reject(failure);
      const late = setTimeout(() => fail(new Error('The clients have waited for two minutes.')), PATIENCE_MS);
      waiting.add({
        take(said) {
          const found = find(said);
          if (found === null) return false;
          clearTimeout(late);
          resolve(found);
          return true;
        },
        reject(error) {
          clearTimeout(late);
          reject(error);
        },
      });
    });
  }

  async function ask(asked: Asked): Promise<void> {
    const done = hear((said) => ('done' in said ? true : null));
    child.send(asked);
    await done;
  }

  return {
    come: (port, count) => ask({ come: { port, count } }),
    comeBack: (port) => ask({ comeBack: { port } }),
    told: (isIt) => hear((said) => ('told' in said && isIt(said.told) ? said.at : null)),
    leave: () => ask({ leave: true }),
    close: () => void child.kill(),
  };
}
