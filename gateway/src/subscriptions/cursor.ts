import { BadUserInput } from '@shop/kernel';
import { z } from 'zod';

/** How far a client has come in a stream. */
export interface Cursor {
  stream: string;
  /** When the stream was made: one that was lost and made anew counts from 1 again. */
  created: string;
  sequence: number;
  /** When the event happened, in milliseconds since the epoch; by it a client finds its place in a stream made anew. */
  time: number;
  /** Null for one that stands after a current state. */
  eventId: string | null;
}

const VERSION = 1;
const parts = z.tuple([
  z.literal(VERSION),
  z.string(),
  z.string(),
  z.int().nonnegative(),
  z.int(),
  z.string().nullable(),
]);

/** Text without a meaning for clients. */
export function encodeCursor({ stream, created, sequence, time, eventId }: Cursor): string {
  return Buffer.from(JSON.stringify([VERSION, stream, created, sequence, time, eventId])).toString('base64url');
}

/** Null for null and undefined. Throws BadUserInput for what is no cursor of this stream. */
export function decodeCursor(given: unknown, wanted: string): Cursor | null {
  if (given === null || given === undefined) return null;
  const read = parts.safeParse(typeof given === 'string' ? jsonIn(given) : undefined);
  if (!read.success) throw new BadUserInput('cursor', 'The cursor is none that was given out here.');
  const [, stream, created, sequence, time, eventId] = read.data;
  if (stream !== wanted) throw new BadUserInput('cursor', 'The cursor was given out for another subscription.');
  return { stream, created, sequence, time, eventId };
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    return undefined;
  }
}
