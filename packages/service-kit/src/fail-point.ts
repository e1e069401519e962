import { readFileSync, rmSync } from 'node:fs';
import { z } from 'zod';
import { ConfigError } from './config.ts';

/** What a process reads that has places where tests may kill it. */
export const failPointSettings = {
  /** Names the place. Refused in production. */
  FAIL_POINT_FILE: z.string().min(1).optional(),
};

let armedBy: string | undefined;

/**
 * Lets tests kill this process at a place they name: the one whose name stands in the file. Without a file every fail
 * point is nothing but a look at a variable. Throws ConfigError in production.
 */
export function armFailPoints(file: string | undefined): void {
  if (file !== undefined && process.env.NODE_ENV === 'production') {
    throw new ConfigError('FAIL_POINT_FILE kills processes on purpose: it must not be set in production.');
  }
  armedBy = file;
}

/** Ends this process here, as a power cut would, when this place is named in the file; once, as the file goes first. */
export function failPoint(place: string): void {
  if (armedBy === undefined || nameIn(armedBy) !== place) return;
  rmSync(armedBy, { force: true });
  process.kill(process.pid, 'SIGKILL');
  // The signal is on its way: not one more instruction of the caller runs.
  for (;;);
}

function nameIn(file: string): string | null {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return null;
  }
}
