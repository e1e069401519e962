import { defineScript, type RedisConnection, runScript } from '@shop/redis';
import { type Grant, readGrant } from './grants.ts';
import type { IssueRequest } from './issuer.ts';
import { keysOf } from './redis-keys.ts';

type Reply = [generation: string, stock: string, granted: number, sequence: string, logged: number, late: string[]];

const reviewScript = defineScript<Reply | null>('review', new URL('../../src/issuing/review.lua', import.meta.url), 5);

/** A grant that Redis gave and nobody has reported as settled. */
export interface OpenGrant {
  request: IssueRequest;
  grant: Grant;
}

/** What Redis counts of one event, at one moment. */
export interface Review {
  generation: number;
  stock: number;
  /** How many requests it remembers a grant of. */
  granted: number;
  /** The last sequence given. */
  sequence: number;
  /** How many grants are not reported as settled. */
  open: number;
  /** The oldest of them, where they are older than they should be. */
  late: OpenGrant[];
}

/** Null where keys are missing: the next request makes them anew, from the table. Throws when Redis is away. */
export async function reviewEvent(
  redis: RedisConnection,
  eventId: string,
  { lateAfterSeconds, atMost }: { lateAfterSeconds: number; atMost: number },
): Promise<Review | null> {
  const keys = keysOf(eventId);
  const parameters = [lateAfterSeconds, atMost];
  const reply = await runScript(
    redis,
    reviewScript,
    [keys.generation, keys.stock, keys.requests, keys.sequence, keys.log],
    parameters,
  );
  if (reply === null) return null;
  const [generation, stock, granted, sequence, open, late] = reply;
  return {
    ...{ generation: Number(generation), stock: Number(stock), granted, sequence: Number(sequence), open },
    late: readLate(late, eventId, Number(generation)),
  };
}

function readLate(pairs: string[], eventId: string, generation: number): OpenGrant[] {
  const late: OpenGrant[] = [];
  for (let i = 0; i < pairs.length; i += 2) {
    const [userId = '', ...requestId] = (pairs[i] ?? '').split(':');
    const request = { eventId, userId, requestId: requestId.join(':') };
    late.push({ request, grant: readGrant(pairs[i + 1] ?? '', generation) });
  }
  return late;
}
