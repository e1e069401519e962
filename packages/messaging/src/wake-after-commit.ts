import type { EntityManager } from '@mikro-orm/mysql';

// Transactions that have put something into the outbox; what is rolled back is forgotten with its object.
const recorded = new WeakSet<object>();
// A nested transaction is a savepoint, and the driver says nothing when it is released: only the outermost commits.
const outermostOf = new WeakMap<object, object>();

/** Notes that a transaction, or the outermost one around it, has put something into the outbox. */
export function markRecorded(transaction: object): void {
  recorded.add(outermostOf.get(transaction) ?? transaction);
}

/**
 * Wakes the relay right after the commit of every transaction that recorded an event, and of no other. `app.ts` calls
 * it once, with the root EntityManager, after starting the relay; use cases need not know of it.
 */
export function wakeAfterCommit(em: EntityManager, relay: { wake(): void }): void {
  const outerOf = new WeakMap<object, object>();
  em.getEventManager().registerSubscriber({
    beforeTransactionStart({ em: own, transaction: outer }) {
      if (outer) outerOf.set(own, outer);
    },
    afterTransactionStart({ em: own, transaction }) {
      const outer = outerOf.get(own);
      if (transaction && outer) outermostOf.set(transaction, outermostOf.get(outer) ?? outer);
    },
    afterTransactionCommit({ transaction }) {
      if (transaction && recorded.has(transaction)) relay.wake();
    },
  });
}
