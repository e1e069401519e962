import { setTimeout as pause } from 'node:timers/promises';
import { JetStreamApiCodes, JetStreamApiError } from '@nats-io/jetstream';
import type { Bus } from '../bus.ts';
import { createLimiter } from '../limiter.ts';

const MESSAGE_ID = 'Nats-Msg-Id';
const QUESTIONS_AT_A_TIME = 32;
const ASK_AGAIN_MS = 500;

/** A stream is not there, and nobody has made it while we waited. */
class StreamMissing extends Error {
  constructor(stream: string, waitedMs: number) {
    super(
      `The stream ${stream} is not there, and nobody made it within ${waitedMs / 1_000} s. The services that publish to ` +
        'it make it at their start and every 10 s: see that one runs and reaches NATS, then run this again.',
    );
  }
}

/** Resolves when the stream is there; those who publish to it make it again when it is lost. */
export async function streamThere(
  bus: Bus,
  stream: string,
  { patienceMs, say }: { patienceMs: number; say: (line: string) => void },
): Promise<void> {
  for (let waitedMs = 0; ; waitedMs += ASK_AGAIN_MS) {
    if (await exists(bus, stream)) return;
    if (waitedMs === 0) say(`The stream ${stream} is not there; waiting for a service to make it …`);
    if (waitedMs >= patienceMs) throw new StreamMissing(stream, patienceMs);
    await pause(ASK_AGAIN_MS);
  }
}

async function exists(bus: Bus, stream: string): Promise<boolean> {
  try {
    await bus.admin.streams.info(stream);
    return true;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound) return false;
    throw error;
  }
}

interface Place {
  stream: string;
  streamSequence: number;
  eventId: string;
}

/** The events that are not where they should be: their stream was lost, purged, or has let them go. */
export async function missingOf<E extends Place>(bus: Bus, events: readonly E[]): Promise<E[]> {
  const limiter = createLimiter(QUESTIONS_AT_A_TIME);
  const there = await Promise.all(events.map((event) => limiter.run(() => isThere(bus, event))));
  return events.filter((_, at) => !there[at]);
}

async function isThere(bus: Bus, { stream, streamSequence, eventId }: Place): Promise<boolean> {
  // A lost stream counts from one again: at the same place there may be another event.
  const message = await bus.admin.streams.getMessage(stream, { seq: streamSequence });
  return message?.header.get(MESSAGE_ID).startsWith(eventId) ?? false;
}
