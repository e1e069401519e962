import type { IncomingHttpHeaders } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Envelope } from '@shop/messaging';
import { currentTraceparent, reasonOf } from '@shop/service-kit';
import { type Dispatcher, Pool } from 'undici';
import { EventRefused, PlatformAway, PlatformBusy } from './platform.errors.ts';

/** Hands one event to the data platform, or throws PlatformAway, PlatformBusy or EventRefused. */
export interface EventPoster {
  post(event: Envelope): Promise<void>;
  /** Lets what is under way finish, for a while, and takes nothing more. */
  close(): Promise<void>;
}

const closeGraceMs = 3_000;
/** What is wrong is the event. Any other refusal (a wrong token, a route not yet there) would meet every event: it is an outage. */
const refusals = new Set([400, 409, 410, 413, 415, 422]);
const defaultBusyMs = 1_000;
/** Nobody is left alone for longer, whatever they ask for. */
const longestRetryAfterMs = 10 * 60_000;

export interface EventPosterOptions {
  url: string;
  /** How long one may take, with the answer read to its end. */
  timeoutMs: number;
  connections: number;
}

export function createEventPoster({ url, timeoutMs, connections }: EventPosterOptions): EventPoster {
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, { connections, connect: { timeout: 2_000 } });
  const path = `${pathname.replace(/\/$/, '')}/events`;

  return {
    async post(event) {
      const request = { method: 'POST', path, headers: headersFor(event), body: JSON.stringify(event) } as const;
      const { status, headers, text } = await exchange(pool, request, timeoutMs);
      if (status < 300) return;
      const retryAfterMs = retryAfter(headers['retry-after']);
      if (status === 429) throw new PlatformBusy('429', { retryAfterMs: retryAfterMs ?? defaultBusyMs });
      if (refusals.has(status)) throw new EventRefused(status, text);
      throw new PlatformAway(String(status), { retryAfterMs });
    },
    async close() {
      const patience = pause(closeGraceMs, undefined, { ref: false });
      await Promise.race([pool.close(), patience]);
      await pool.destroy();
    },
  };
}

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  /** Empty where it broke off. */
  text: string;
}

/**
 * Sends a request and reads its answer to the end, so that the connection can be used again. Throws PlatformAway. A signal and
 * a stream for each, as `request` of undici has them, cost half as much again as everything else about it.
 */
function exchange(pool: Pool, request: Dispatcher.DispatchOptions, timeoutMs: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const answer: Answer = { status: 0, headers: {}, text: '' };
    const chunks: Buffer[] = [];
    let begun: Dispatcher.DispatchController | undefined;
    let isLate = false;

    function fail(reason: string, cause: unknown): void {
      clearTimeout(timer);
      // Once it has said whether it took the event, that is what counts.
      if (answer.status > 0) resolve(answer);
      else reject(new PlatformAway(reason, { cause }));
    }
    const timer = setTimeout(() => {
      isLate = true;
      const late = new Error(`no answer within ${timeoutMs} ms`);
      fail('no answer in time', late);
      begun?.abort(late);
    }, timeoutMs);

    pool.dispatch(request, {
      onRequestStart(controller) {
        begun = controller;
        if (isLate) controller.abort(new Error('nobody waits for it any more'));
      },
      onResponseStart(_controller, status, headers) {
        // What is only informational is followed by the answer.
        if (status >= 200) Object.assign(answer, { status, headers });
      },
      onResponseData(_controller, chunk) {
        chunks.push(chunk);
      },
      onResponseEnd() {
        clearTimeout(timer);
        resolve({ ...answer, text: Buffer.concat(chunks).toString() });
      },
      onResponseError: (_controller, error) => fail(reasonOf(error), error),
    });
  });
}

function headersFor(event: Envelope): Record<string, string> {
  const traceparent = currentTraceparent();
  return {
    'content-type': 'application/json',
    // A delivery may be repeated: its answer was lost, or this process died before it could remember it.
    'idempotency-key': event.id,
    ...(traceparent !== undefined && { traceparent }),
  };
}

/** Milliseconds from a Retry-After header: seconds, or a date (RFC 9110, 10.2.3). */
export function retryAfter(header: string | string[] | undefined, now = Date.now()): number | undefined {
  if (typeof header !== 'string') return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - now;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), longestRetryAfterMs);
}
