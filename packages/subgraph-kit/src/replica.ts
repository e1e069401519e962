import type { EntityManager, MikroORM } from '@mikro-orm/mysql';
import { ServiceUnavailable } from '@shop/kernel';
import { type Logger, reasonOf } from '@shop/service-kit';
import { abandonablePool } from './abandonable-pool.ts';
import { fromDriver } from './driver-errors.ts';
import { beatAgeMs } from './heartbeat.ts';

/** Whether a replica may be asked: it follows its primary closely enough, or it does not, or it does not answer. */
export type ReplicaState = 'following' | 'lagging' | 'failing';

/** One replica and how it is doing. */
export interface Replica {
  state(): ReplicaState;
  /** Looks how far behind it is; never throws. `primaryTime` was read after `since` by the clock of this process. */
  look(primaryTime: string, since: number): Promise<void>;
  /** Throws what the query throws, or that it took too long; a replica that cannot be reached is left out for a while. */
  read<T>(query: (em: EntityManager) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Which replica it is and how far it may be behind. */
export interface ReplicaOptions {
  orm: MikroORM;
  /** For the log: the address without its secrets. */
  name: string;
  maxLagMs: number;
  /** Told at every look. */
  lagSeconds: { set(seconds: number): void };
  log: Logger;
}

// Longer than any query of a list takes; a replica that needs longer makes its readers wait for nothing.
const READ_WITHIN_MS = 2_000;
// One that hangs must not keep the others from being looked at.
const LOOK_WITHIN_MS = 1_000;
const LEFT_OUT_MS = 3_000;

/** Watches over one replica; until the first look at it nobody knows how far behind it is. */
export async function createReplica({ orm, name, maxLagMs, lagSeconds, log }: ReplicaOptions): Promise<Replica> {
  const pool = await abandonablePool(orm);
  let lastBeat: { ageMs: number; since: number } | null = null;
  let leftOutUntil = 0;
  let failing = false;
  let said: ReplicaState = 'following';

  // What it had at its last beat it still has: until the next look it is behind by no more than the time since.
  const lagMs = () =>
    lastBeat === null ? Number.POSITIVE_INFINITY : lastBeat.ageMs + performance.now() - lastBeat.since;
  const state = (): ReplicaState => (failing ? 'failing' : lagMs() <= maxLagMs ? 'following' : 'lagging');

  function say(reason?: unknown): void {
    const now = state();
    if (now === said) return;
    said = now;
    const about = {
      replica: name,
      ...(lastBeat !== null && { lagMs: Math.round(lagMs()) }),
      ...(reason !== undefined && { reason: reasonOf(reason) }),
    };
    if (now === 'following') log.info(about, 'The replica follows again; it is read from.');
    else log.warn(about, `The replica is ${now}; the primary is read instead.`);
  }

  function leaveOut(reason: unknown): void {
    failing = true;
    leftOutUntil = performance.now() + LEFT_OUT_MS;
    // Whatever hangs on them would keep the next reader waiting.
    pool.abandon();
    say(reason);
  }

  async function ask<T>(withinMs: number, query: (em: EntityManager) => Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const silence = new Promise<never>((_resolve, reject) => {
      const error = new ServiceUnavailable(`No answer within ${withinMs} ms.`);
      timer = setTimeout(() => reject(error), withinMs);
    });
    return Promise.race([query(orm.em.fork()), silence]).finally(() => clearTimeout(timer));
  }

  return {
    state,
    async look(primaryTime, since) {
      if (performance.now() < leftOutUntil) return;
      try {
        lastBeat = { ageMs: await ask(LOOK_WITHIN_MS, (em) => beatAgeMs(em, primaryTime)), since };
        failing = false;
        lagSeconds.set(lastBeat.ageMs / 1_000);
        say();
      } catch (error) {
        leaveOut(error);
      }
    },
    async read(query) {
      try {
        return await ask(READ_WITHIN_MS, query);
      } catch (error) {
        if (fromDriver(error) instanceof ServiceUnavailable) leaveOut(error);
        throw error;
      }
    },
    async close() {
      pool.abandon();
      await orm.close(true);
    },
  };
}
