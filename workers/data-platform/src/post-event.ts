import { setTimeout as pause } from 'node:timers/promises';
import type { Envelope } from '@shop/messaging';
import { currentTraceparent, reasonOf } from '@shop/service-kit';
import { Pool } from 'undici';
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

  async function send(event: Envelope, signal: AbortSignal): Promise<void> {
    const { statusCode, headers, body } = await pool
      .request({ method: 'POST', path, headers: headersFor(event), body: JSON.stringify(event), signal })
      .catch((cause: unknown) => {
        throw new PlatformAway(signal.aborted ? 'no answer in time' : reasonOf(cause), { cause });
      });
    // Read to its end, so that the connection can be used again.
    const answer = await body.text().catch(() => '');
    if (statusCode < 300) return;
    const retryAfterMs = retryAfter(headers['retry-after']);
    if (statusCode === 429) throw new PlatformBusy('429', { retryAfterMs: retryAfterMs ?? defaultBusyMs });
    if (refusals.has(statusCode)) throw new EventRefused(statusCode, answer);
    throw new PlatformAway(String(statusCode), { retryAfterMs });
  }

  return {
    async post(event) {
      const late = new AbortController();
      const timer = setTimeout(() => late.abort(), timeoutMs);
      try {
        await send(event, late.signal);
      } finally {
        clearTimeout(timer);
      }
    },
    async close() {
      const patience = pause(closeGraceMs, undefined, { ref: false });
      await Promise.race([pool.close(), patience]);
      await pool.destroy();
    },
  };
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
