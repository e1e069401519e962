import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** What a stand-in saw, in order; with a file it survives the stand-in's own restarts, kill -9 included. */
export interface Journal<T> {
  readonly entries: readonly T[];
  append(entry: T): void;
}

/** Opens a journal of JSON lines, or one in memory when there is no file. */
export function openJournal<T>(file?: string): Journal<T> {
  const entries = file !== undefined && existsSync(file) ? readLines<T>(file) : [];
  if (file !== undefined) mkdirSync(dirname(file), { recursive: true });
  return {
    entries,
    append(entry) {
      // Written before it is answered: what somebody was told is never forgotten.
      if (file !== undefined) appendFileSync(file, `${JSON.stringify(entry)}\n`);
      entries.push(entry);
    },
  };
}

function readLines<T>(file: string): T[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}
