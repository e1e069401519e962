import { setTimeout as pause } from 'node:timers/promises';
import { DeadlockException } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/mysql';

const ATTEMPTS = 10;
const LONGEST_FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 250;

/**
 * Runs `work` in a transaction, and anew when InnoDB broke a deadlock at its expense: then all of it was rolled back, as
 * if it had never begun. `work` must have no effect outside the transaction.
 */
export async function transactional<T>(em: EntityManager, work: (em: EntityManager) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await em.transactional(work);
    } catch (error) {
      if (!(error instanceof DeadlockException) || attempt === ATTEMPTS) throw error;
      // At random, so that those who met once do not meet again.
      await pause(Math.random() * Math.min(LONGEST_FIRST_PAUSE_MS * 2 ** attempt, LONGEST_PAUSE_MS));
    }
  }
}
