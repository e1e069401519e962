import type { Pool } from 'undici';
import type { Departure } from './departure.ts';
import { exchange, type Received, type Sending } from './exchange.ts';
import { FetchFailed } from './fetch-failed.ts';
import { Patience } from './patience.ts';
import type { SubgraphCondition } from './subgraph-conditions.ts';

export interface CarefulSenderOptions {
  /** Asked for each request: what outlives its supergraph may need one that was closed with it. */
  pool: () => Pool;
  condition: SubgraphCondition;
  timeoutMs: number;
  maxAnswerBytes: number;
  onRetry(): void;
}

/** One request, and what is at stake. */
export interface Errand {
  sending: Sending;
  /** Whether sending it twice, or giving it up under way, changes nothing. */
  isRead: boolean;
  /** By `performance.now()`; it is late for the operation then. */
  endsAt: number;
  departure: Departure | undefined;
}

/** Rejects with a FetchFailed. */
export type SendCarefully = (errand: Errand) => Promise<Received>;

/** What a proxy says in a dead server's place. */
const IS_AWAY = new Set([502, 503, 504]);

/**
 * Sends requests to one subgraph: not for longer than they are worth, not more than it can take, and not when it is down.
 * A read whose connection fails before anything of an answer has come is sent once more.
 */
export function createCarefulSender(options: CarefulSenderOptions): SendCarefully {
  const { pool, condition, timeoutMs, maxAnswerBytes: maxBytes, onRetry } = options;
  const { breaker, limit, retries } = condition;

  return async ({ sending, isRead, endsAt, departure }) => {
    const now = performance.now();
    if (breaker.refuses(now)) throw refused();
    const isTight = endsAt - now < timeoutMs;
    const leftMs = isTight ? endsAt - now : timeoutMs;
    if (leftMs <= 0) throw new FetchFailed('deadline', 'No time was left of the operation’s.');
    const patience = new Patience(leftMs, isRead ? departure : undefined);
    try {
      const turn = limit.enter(patience);
      if (turn !== null) await turn;
      try {
        return await (isRead ? sendUpToTwice(sending, patience) : send(sending, patience));
      } finally {
        limit.leave();
      }
    } catch (error) {
      throw isTight && isTimeout(error) ? new FetchFailed('deadline', error.message, error, { cause: error }) : error;
    } finally {
      patience.close();
    }

    async function send(sending: Sending, patience: Patience): Promise<Received> {
      if (patience.end !== null) throw new FetchFailed('abandoned', 'Nobody waits for the answer any more.');
      const ticket = breaker.admit(performance.now());
      if (ticket === null) throw refused();
      try {
        const received = await exchange(pool(), sending, { patience, maxBytes });
        breaker.settle(ticket, IS_AWAY.has(received.status) ? 'failed' : 'succeeded', performance.now());
        return received;
      } catch (error) {
        breaker.settle(ticket, isTight && isTimeout(error) ? 'unknown' : outcomeOf(error), performance.now());
        throw error;
      }
    }

    async function sendUpToTwice(sending: Sending, patience: Patience): Promise<Received> {
      retries.countRequest();
      try {
        return await send(sending, patience);
      } catch (error) {
        if (!isRetriable(error) || patience.end !== null || !retries.take()) throw error;
        onRetry();
        return await send(sending, patience);
      }
    }
  };
}

function refused(): FetchFailed {
  return new FetchFailed('breaker_open', 'The subgraph has failed too often to be asked now.');
}

function isTimeout(error: unknown): error is FetchFailed {
  return error instanceof FetchFailed && error.kind === 'timeout';
}

function isRetriable(error: unknown): boolean {
  return error instanceof FetchFailed && error.kind === 'connection' && !error.wasAnswered;
}

/** Whether the server is to blame. */
function outcomeOf(error: unknown): 'succeeded' | 'failed' | 'unknown' {
  if (!(error instanceof FetchFailed)) return 'unknown';
  if (error.kind === 'too_large') return 'succeeded';
  return error.kind === 'connection' || error.kind === 'timeout' ? 'failed' : 'unknown';
}
