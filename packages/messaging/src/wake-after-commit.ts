import type { EntityManager } from '@mikro-orm/mysql';

// Which open transactions have put something into the outbox; a rolled back one is forgotten with its object.
const recorded = new WeakSet<object>();

export function markRecorded(transaction: object): void {
  recorded.add(transaction);
}

/**
 * Wakes the relay right after the commit of every transaction that recorded an event, and of no other. `app.ts` calls
 * it once, with the root EntityManager, after starting the relay; use cases need not know of it.
 */
export function wakeAfterCommit(em: EntityManager, relay: { wake(): void }): void {
  // A nested transaction is a savepoint: what it recorded becomes visible with the one around it.
  const outerOf = new WeakMap<object, object>();
  em.getEventManager().registerSubscriber({
    beforeTransactionStart({ em: inner, transaction: outer }) {
      if (outer) outerOf.set(inner, outer);
    },
    afterTransactionCommit({ em: own, transaction }) {
      if (!transaction || !recorded.has(transaction)) return;
      const outer = outerOf.get(own);
      if (outer) recorded.add(outer);
      else relay.wake();
    },
  });
}
