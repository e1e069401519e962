import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyInstance, FastifyRequest } from 'fastify';

const modes = ['ok', 'error', 'slow', 'timeout', 'lost-answer', 'rate-limited'] as const;

/**
 * How a stand-in treats requests. `error`: 503, nothing done. `rate-limited`: 429 with Retry-After, nothing done. `slow`: done
 * and answered, late. `timeout`: nothing done, never answered. `lost-answer`: done, and the connection breaks before the answer.
 */
export type Mode = (typeof modes)[number];

/** What `POST /behave` accepts; `webhooks` only where a stand-in sends them. */
export interface Behave {
  mode?: Mode;
  /** After this it is as before: mode ok, webhooks normal. */
  forMs?: number;
  /** The part of the requests it applies to; the others are served. */
  share?: number;
  /** Only requests like this, by a part of method and path: `/capture`, `GET /payments?key`. */
  on?: string;
}

export const behaveProperties = {
  mode: { enum: modes },
  forMs: { type: 'integer', minimum: 1 },
  share: { type: 'number', minimum: 0, maximum: 1 },
  on: { type: 'string', minLength: 1 },
} as const;

/** A setting that `POST /behave` changes for good or for a while. */
export class Temporary<T> {
  private readonly usual: T;
  private current: T;
  private until = Number.POSITIVE_INFINITY;

  constructor(usual: T) {
    this.usual = usual;
    this.current = usual;
  }

  set(value: T, forMs = Number.POSITIVE_INFINITY): void {
    this.current = value;
    this.until = performance.now() + forMs;
  }

  get value(): T {
    return performance.now() < this.until ? this.current : this.usual;
  }
}

/** The behaviour of a stand-in, changed while it runs. */
export class Behaviour {
  private readonly treatment = new Temporary({ mode: 'ok' as Mode, share: 1, on: '' });

  change({ mode = 'ok', share = 1, on = '', forMs }: Behave): void {
    this.treatment.set({ mode, share, on }, forMs);
  }

  forRequest({ method, url }: Pick<FastifyRequest, 'method' | 'url'>): Mode {
    const { mode, share, on } = this.treatment.value;
    return `${method} ${url}`.includes(on) && Math.random() < share ? mode : 'ok';
  }
}

/** Treats every request to the routes of `app` as told; routes outside of it (what observers read, probes) are left alone. */
export function misbehave(app: FastifyInstance, behaviour: Behaviour, slowMs: number): void {
  const unanswered = new WeakSet<FastifyRequest>();
  app.addHook('onRequest', async (request, reply) => {
    const mode = behaviour.forRequest(request);
    if (mode === 'error') return reply.status(503).send({ error: 'told to fail' });
    if (mode === 'rate-limited') return reply.status(429).header('retry-after', '1').send({ error: 'told to limit' });
    if (mode === 'slow') await pause(slowMs, undefined, { ref: false });
    // Ends when the client gives up, or with the server.
    if (mode === 'timeout') reply.hijack();
    if (mode === 'lost-answer') unanswered.add(request);
  });
  // By now the route has done its work.
  app.addHook('onSend', async (request) => {
    if (unanswered.has(request)) request.raw.socket.destroy();
  });
}
