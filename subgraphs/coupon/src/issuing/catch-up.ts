import { BoundedMap } from '@shop/kernel';
import type { TermsCache } from './terms-cache.ts';

const LEAST_REST_MS = 1_000;
/** Of all time, no more than about a tenth goes into making the keys of an event anew. */
const REST_PER_WORK = 10;

export interface CatchUpOptions {
  terms: TermsCache;
  rebuild(eventId: string): Promise<void>;
}

export interface CatchUp {
  /**
   * Redis counts without coupons that the table has, unless its keys are of this generation: has them made anew, at once or
   * not at all. Resolves when this process has the terms of now; never throws.
   */
  to(eventId: string, generation: number): Promise<void>;
  /** The generation that keys must have before Redis is believed that a request is new, as far as this process knows. */
  generationOf(eventId: string): number;
}

/**
 * Keys that have fallen behind are made anew at once, and then not again for a while. Until they have caught up Redis
 * promises too much, which the table refuses; but while keys are made everybody waits for them, and one process that
 * cannot reach Redis would have all others make them anew with every batch. What is put off is done by the next batch that
 * Redis has not counted, or by the reconciler at rest; requests are looked for in MySQL until then.
 */
export function createCatchUp({ terms, rebuild }: CatchUpOptions): CatchUp {
  const needed = new BoundedMap<string, number>(10_000);
  const restsUntil = new BoundedMap<string, number>(10_000);
  const generationOf = (eventId: string) => Math.max(terms.peek(eventId)?.generation ?? 0, needed.get(eventId) ?? 0);

  async function rebuildAndRest(eventId: string): Promise<void> {
    const startedAt = performance.now();
    await rebuild(eventId);
    const now = performance.now();
    restsUntil.set(eventId, now + Math.max(LEAST_REST_MS, REST_PER_WORK * (now - startedAt)));
  }

  return {
    generationOf,
    async to(eventId, generation) {
      needed.set(eventId, Math.max(generation, generationOf(eventId)));
      if ((restsUntil.get(eventId) ?? 0) > performance.now()) return;
      restsUntil.set(eventId, Number.POSITIVE_INFINITY);
      // With newer terms than the keys' own, the next request makes them anew as well. Should MySQL be away by now: what
      // it has taken is issued all the same.
      await terms.reload(eventId).catch(() => null);
      void rebuildAndRest(eventId);
    },
  };
}
