import { setTimeout as pause } from 'node:timers/promises';
import { JetStreamApiCodes, JetStreamApiError, type StreamConfig } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import { reasonOf, waitUntilThere } from '@shop/service-kit';
import type { Bus } from './bus.ts';
import { createOutageLog } from './outage-log.ts';
import { hasBatches } from './server-version.ts';

/** A JetStream stream and what it keeps. */
export interface StreamDefinition {
  readonly name: string;
  /** Every subject by itself (`coupon.issued.*`): a stream over `coupon.>` would also acknowledge commands. */
  readonly subjects: readonly string[];
  readonly maxAgeDays: number;
  readonly replicas?: number;
}

const DAY_MS = 86_400_000;
/** How long JetStream remembers a Nats-Msg-Id; the relay may repeat itself for so long without a duplicate. */
const DUPLICATE_WINDOW_MS = 3_600_000;
/** JetStream has no conditional update: long enough for a process that has looked to have written. */
const OTHERS_WRITE_WITHIN_MS = 250;
const RECHECK_MS = 10_000;

/**
 * Makes the streams there, now, after every reconnect (a server may come back with an empty store) and every
 * `recheckMs` (somebody may delete one under a server that stays): creates what is missing, adds missing subjects
 * and leave to publish in batches, never takes any away. Any number of processes may do it at once. Rejects only when
 * the signal aborts.
 */
export async function ensureStreams(
  bus: Bus,
  streams: readonly StreamDefinition[],
  { recheckMs = RECHECK_MS, ...waiting }: { recheckMs?: number; signal?: AbortSignal } = {},
): Promise<void> {
  const ensureAll = () => Promise.all(streams.map((stream) => ensureStream(bus, stream)));
  await waitUntilThere('JetStream', ensureAll, { log: bus.log, ...waiting });

  const outages = createOutageLog(bus.log);
  const trouble = 'The streams cannot be checked';
  async function recheck(): Promise<void> {
    if (bus.ready() !== null) return;
    try {
      await ensureAll();
      outages.ended(trouble);
    } catch (error) {
      outages.began(trouble, error);
    }
  }
  bus.onReconnect(() => void recheck());
  const timer = setInterval(() => void recheck(), recheckMs).unref();
  void bus.connection.closed().then(() => clearInterval(timer));
}

async function ensureStream(bus: Bus, wanted: StreamDefinition): Promise<void> {
  const existing = await configOf(bus, wanted.name);
  if (existing === null) return addStream(bus, wanted);

  const missing = wanted.subjects.filter((subject) => !existing.subjects.includes(subject));
  if (missing.length === 0) return allowBatches(bus, existing);
  await bus.admin.streams.update(wanted.name, {
    ...existing,
    ...batches(bus),
    subjects: [...existing.subjects, ...missing],
  });
  // Another version of the shop may be about to write its own list, from a look before this one: look again after it.
  await pause(OTHERS_WRITE_WITHIN_MS);
  return ensureStream(bus, wanted);
}

async function addStream(bus: Bus, wanted: StreamDefinition): Promise<void> {
  bus.log.info({ stream: wanted.name }, 'A stream is not there and is made; if there was one, republish its events.');
  try {
    await bus.admin.streams.add({
      name: wanted.name,
      subjects: [...wanted.subjects],
      storage: 'file',
      retention: 'limits',
      max_age: nanos(wanted.maxAgeDays * DAY_MS),
      duplicate_window: nanos(DUPLICATE_WINDOW_MS),
      num_replicas: wanted.replicas ?? 1,
      allow_direct: true,
      ...batches(bus),
    });
  } catch (error) {
    // Somebody was faster, perhaps with other subjects.
    if ((await configOf(bus, wanted.name)) === null) throw error;
    await ensureStream(bus, wanted);
  }
}

/** Has a stream take many events at once, or none of them. A NATS before 2.12.1 does no such thing. */
function batches(bus: Bus): { allow_atomic?: true } {
  return hasBatches(bus) ? { allow_atomic: true } : {};
}

/** Events are published one by one to a stream that an older version made: dearer, and just as safe. */
async function allowBatches(bus: Bus, existing: StreamConfig): Promise<void> {
  if (existing.allow_atomic === true || !hasBatches(bus)) return;
  try {
    await bus.admin.streams.update(existing.name, { ...existing, ...batches(bus) });
  } catch (error) {
    bus.log.debug({ reason: reasonOf(error), stream: existing.name }, 'A stream stays without batches.');
  }
}

async function configOf(bus: Bus, name: string): Promise<StreamConfig | null> {
  try {
    return (await bus.admin.streams.info(name)).config;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound) return null;
    throw error;
  }
}
