import { BoundedMap } from '@shop/kernel';

const TTL_MS = 1_000;

/** Which events were just found to be sold out: most of a rush is answered here, without asking anybody. */
export interface SoldOutFlags {
  has(eventId: string): boolean;
  set(eventId: string): void;
  drop(eventId: string): void;
}

/** A flag lasts a second, so that a restock this process has not heard of is noticed soon. */
export function createSoldOutFlags(): SoldOutFlags {
  const flags = new BoundedMap<string, true>(10_000, { ttlMs: TTL_MS });
  return {
    has: (eventId) => flags.get(eventId) !== undefined,
    set: (eventId) => flags.set(eventId, true),
    drop: (eventId) => flags.delete(eventId),
  };
}
