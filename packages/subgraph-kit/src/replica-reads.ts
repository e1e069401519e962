import type { EntityManager } from '@mikro-orm/mysql';
import type { Viewer } from '@shop/kernel';
import { type Closable, ConfigError, type Logger, type Metrics, setting, startPeriodic } from '@shop/service-kit';
import { z } from 'zod';
import type { Database } from './database.ts';
import { beat } from './heartbeat.ts';
import type { RecentWrites } from './recent-writes.ts';
import { createReplica, type Replica } from './replica.ts';

/** What a process reads from its environment whose queries may be answered by replicas. */
export const replicaSettings = {
  /** Without any, everything is read from the primary. */
  DATABASE_REPLICA_URLS: setting.urls('mysql'),
  /** How long after a change its author reads the primary; the same for every process that a change may pass through. */
  READ_YOUR_WRITES_SECONDS: setting.integer(10, { min: 1, max: 3_600 }),
  /** A replica further behind is not read from. It beats and is looked at once a second: less than three cannot be told. */
  REPLICA_MAX_LAG_MS: setting.integer(5_000, { min: 3_000 }),
};

const settingsSchema = z.object(replicaSettings);

/** Which replicas there are, and who must not be sent to one. */
export interface ReplicaReadsOptions {
  settings: z.output<typeof settingsSchema>;
  database: Database;
  /** Null in a process without Redis, which can have no replicas. */
  recentWrites: RecentWrites | null;
  metrics: Metrics;
  log: Logger;
}

/**
 * Runs a query whose answer may be a few seconds old, on a replica where this viewer may be answered by one, and else on
 * the primary. Not for what gates a write, and not for what is kept in a cache.
 */
export type ReadReplica = <T>(query: (em: EntityManager) => Promise<T>) => Promise<T>;

/** Decides for each request where its lists are read. */
export interface ReplicaReads extends Closable {
  /** The reads of one request; `unit.em` is its unit of work on the primary, which is not asked for before the first read. */
  readerFor(viewer: Viewer, unit: { readonly em: EntityManager }): ReadReplica;
}

type NoReplica = 'own_writes' | 'fallback_lag' | 'fallback_error';

const LOOK_EVERY_MS = 1_000;

/**
 * Opens the replicas and keeps looking at them. Throws ConfigError when a viewer could be answered by a replica that has
 * not got their last change.
 */
export async function openReplicaReads(options: ReplicaReadsOptions): Promise<ReplicaReads> {
  const { settings, database, recentWrites, metrics, log } = options;
  if (settings.DATABASE_REPLICA_URLS.length === 0) {
    return { readerFor: (_viewer, unit) => (query) => query(unit.em), close: () => undefined };
  }
  if (recentWrites === null) throw new ConfigError('DATABASE_REPLICA_URLS needs REDIS_URL.');
  if (settings.READ_YOUR_WRITES_SECONDS * 1_000 < settings.REPLICA_MAX_LAG_MS) {
    throw new ConfigError('READ_YOUR_WRITES_SECONDS must not be shorter than REPLICA_MAX_LAG_MS.');
  }
  const writes = recentWrites;
  const reads = metrics.counter('shop_replica_reads_total', 'Reads that a replica may answer, by who did', ['outcome']);
  const lag = metrics.gauge('shop_replica_lag_seconds', 'How far behind a replica was at the last look', ['replica']);
  const replicas = await Promise.all(settings.DATABASE_REPLICA_URLS.map(openReplica));
  const watch = startPeriodic({ name: 'lookAtReplicas', everyMs: LOOK_EVERY_MS, work: look, log, atOnce: true });

  async function openReplica(url: string): Promise<Replica> {
    const name = new URL(url).host;
    const orm = await database.openReplica(url);
    return createReplica({ orm, name, maxLagMs: settings.REPLICA_MAX_LAG_MS, lagSeconds: lag.labels(name), log });
  }

  async function look(): Promise<void> {
    const since = performance.now();
    const primaryTime = await beat(database.fork());
    await Promise.all(replicas.map((replica) => replica.look(primaryTime, since)));
  }

  async function choose({ id }: Viewer): Promise<Replica | NoReplica> {
    if (id !== null && (await writes.has(id))) return 'own_writes';
    const following = replicas.filter((replica) => replica.state() === 'following');
    const chosen = following[Math.floor(Math.random() * following.length)];
    return chosen ?? (replicas.some((replica) => replica.state() === 'lagging') ? 'fallback_lag' : 'fallback_error');
  }

  function readerFor(viewer: Viewer, unit: { readonly em: EntityManager }): ReadReplica {
    // Once for the request: what it reads later must not be older than what it has read.
    let choice: Promise<Replica | NoReplica> | undefined;
    return async (query) => {
      if (unit.em.isInTransaction()) return query(unit.em);
      choice ??= choose(viewer);
      const chosen = await choice;
      if (typeof chosen !== 'string') {
        try {
          const answer = await chosen.read(query);
          reads.inc({ outcome: 'replica' });
          return answer;
        } catch {
          choice = Promise.resolve('fallback_error');
        }
      }
      reads.inc({ outcome: typeof chosen === 'string' ? chosen : 'fallback_error' });
      return query(unit.em);
    };
  }

  return {
    readerFor,
    async close() {
      await watch.close();
      await Promise.all(replicas.map((replica) => replica.close()));
    },
  };
}
