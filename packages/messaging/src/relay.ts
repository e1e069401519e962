import { setTimeout as pause } from 'node:timers/promises';
import type { Logger, Metrics } from '@shop/service-kit';
import type { Bus } from './bus.ts';
import { type DatabaseSession, openDatabaseSession } from './database-session.ts';
import { createOutageLog } from './outage-log.ts';
import { createRelayPass } from './relay-pass.ts';
import { createWakeup } from './wakeup.ts';

/** Which outbox is relayed to which bus, and how often it is looked at. */
export interface RelayOptions {
  /** The database whose outbox is relayed. */
  databaseUrl: string;
  bus: Bus;
  log: Logger;
  metrics: Metrics;
  /** How often to look without being woken; 1 s by default. */
  pollMs?: number;
  /** How long archived events stay and can be republished; 30 days by default. */
  keepDays?: number;
  /** After how long a new walk begins, in which what was recorded meanwhile with a low id has its turn; 1 s by default. */
  longestWalkMs?: number;
  /** How long NATS may be away before another instance is let through, if there is one that has it; 5 s by default. */
  leadWithoutNatsMs?: number;
  /** For how long an instance that gave way stands in no line, unless it reconnects to NATS; 30 s by default. */
  standBackMs?: number;
}

/** The publisher of one database's outbox, at work or waiting for its turn. */
export interface Relay {
  /** Something was committed: look now. Cheap, so call it as often as there is a commit. */
  wake(): void;
  /** Finishes the batch under way and lets another instance take over. */
  close(): Promise<void>;
}

const LOCK_WAIT_SECONDS = 5;
const LONGEST_PAUSE_MS = 2_000;
const LOOK_FOR_LOCK_MS = 1_000;
const NO_DATABASE = 'The outbox relay has no database';

/**
 * Brings committed events from `outbox_pending` to JetStream. One relay per database works at a time: the holder of
 * `GET_LOCK('outbox:<database>')`, on the very connection it works with, so that whoever loses the lock can neither
 * read nor archive. The others wait and take over, also from one that is cut off from NATS alone: who can publish stands
 * in line, who cannot takes the lock only while nobody else wants it. MySQL and NATS may go away and come back.
 */
export function startRelay(options: RelayOptions): Relay {
  const { databaseUrl, bus, log, pollMs = 1_000, leadWithoutNatsMs = 5_000, standBackMs = 30_000 } = options;
  const database = new URL(databaseUrl).pathname.slice(1);
  const wakeSubject = `outbox.wake.${database}`;
  const wakeup = createWakeup();
  // Whoever cannot publish waits for this alone: commits are many, and change nothing.
  const recovery = createWakeup();
  const outages = createOutageLog(log);
  const closing = new AbortController();
  const relayPass = createRelayPass(options, outages, closing.signal);
  let session: DatabaseSession | undefined;
  let leading = false;
  /** Since when walk after walk had no answer, also those before the lock went to another instance. */
  let uselessSince: number | null = null;
  let standsBackUntil = 0;

  async function lead(): Promise<void> {
    session = await openDatabaseSession(databaseUrl);
    try {
      await waitForLock(session);
      outages.ended(NO_DATABASE);
      leading = true;
      while (!closing.signal.aborted) {
        const startedAt = performance.now();
        const end = await relayPass.walk(session);
        uselessSince = end === 'NO_ANSWER' ? (uselessSince ?? startedAt) : null;
        const isTried = uselessSince !== null && performance.now() - uselessSince >= leadWithoutNatsMs;
        if (isTried && !(await offerLock(session, database))) {
          log.warn('The outbox relay cannot publish; another instance takes over.');
          standsBackUntil = performance.now() + standBackMs;
          return;
        }
        if (end === 'NO_ANSWER') await recovery.sleep(pollMs);
        else if (end === 'DONE') await wakeup.sleep(pollMs);
      }
      // The next in line need not wait until the server notices that this connection is gone.
      await session.change('DO RELEASE_ALL_LOCKS()');
    } finally {
      if (leading) relayPass.leave();
      leading = false;
      session.close();
    }
  }

  async function waitForLock(on: DatabaseSession): Promise<void> {
    for (;;) {
      closing.signal.throwIfAborted();
      const isInLine = bus.ready() === null && performance.now() >= standsBackUntil;
      if (await takeLock(on, database, isInLine ? LOCK_WAIT_SECONDS : 0)) return;
      if (!isInLine) await recovery.sleep(LOOK_FOR_LOCK_MS);
    }
  }

  async function leadUntilClosed(): Promise<void> {
    for (let failures = 0; !closing.signal.aborted; failures++) {
      const startedAt = performance.now();
      try {
        await lead();
      } catch (error) {
        if (closing.signal.aborted) return;
        outages.began(NO_DATABASE, error);
        // A session that lasted shows that the trouble before it was over.
        if (performance.now() - startedAt > LONGEST_PAUSE_MS) failures = 0;
        await pauseAfter(failures, closing.signal);
      }
    }
  }

  // Whoever commits need not be the one who holds the lock.
  const wakes = bus.connection.subscribe(wakeSubject, { callback: () => wakeup.wake() });
  bus.onReconnect(() => {
    uselessSince = null;
    standsBackUntil = 0;
    wakeup.wake();
    recovery.wake();
  });
  const done = leadUntilClosed();

  return {
    wake() {
      if (leading) wakeup.wake();
      else if (bus.ready() === null) bus.connection.publish(wakeSubject);
    },
    async close() {
      closing.abort();
      wakes.unsubscribe();
      wakeup.wake();
      recovery.wake();
      if (!leading) session?.close();
      await done;
    },
  };
}

// MySQL allows lock names of 64 characters.
const lockOf = (database: string) => `outbox:${database}`.slice(0, 64);

async function takeLock(session: DatabaseSession, database: string, waitSeconds: number): Promise<boolean> {
  const [row] = await session.rows<{ taken: number | null }>(
    'SELECT GET_LOCK(?, ?) AS taken',
    [lockOf(database), waitSeconds],
    (waitSeconds + 5) * 1_000,
  );
  return row?.taken === 1;
}

/** Lets the first in line have the lock; where nobody stands it is kept. Returns whether it was. */
async function offerLock(session: DatabaseSession, database: string): Promise<boolean> {
  const name = lockOf(database);
  // In one statement, so that hardly ever one who only looks comes between; then that one leads.
  const [row] = await session.rows<{ kept: number | null }>('SELECT RELEASE_LOCK(?), GET_LOCK(?, 0) AS kept', [
    name,
    name,
  ]);
  return row?.kept === 1;
}

async function pauseAfter(failures: number, signal: AbortSignal): Promise<void> {
  try {
    await pause(Math.min(LONGEST_PAUSE_MS, 100 * 2 ** failures), undefined, { signal });
  } catch {
    // Closed meanwhile: the loop sees it.
  }
}
