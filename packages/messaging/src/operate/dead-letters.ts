import { JetStreamApiCodes, JetStreamApiError, type StoredMsg } from '@nats-io/jetstream';
import { headers } from '@nats-io/transport-node';
import type { Bus } from '../bus.ts';
import { type DeadLetter, deadLetterSchema } from '../dead-letter.ts';
import { parseEnvelope } from '../envelope.ts';
import { REDRIVEN_FOR } from '../marks.ts';

/** A dead letter as it lies in its stream. */
export interface StoredLetter {
  /** Its place in the stream: what an operator calls it by when its event has no id. */
  number: number;
  letter: DeadLetter;
  /** Null when the event cannot be read. */
  eventId: string | null;
  /** The event's type, by its subject. */
  type: string;
}

/** Which dead letters are meant. */
export interface LetterFilter {
  /** All of them when null. */
  stream: string | null;
  /** Event ids or numbers; all of them when empty. */
  ids: readonly string[];
}

const STREAM = 'DEADLETTER';

/** The dead letters that lie there now, oldest first; one that comes meanwhile is for another time. */
export async function* deadLetters(bus: Bus, { stream, ids }: LetterFilter): AsyncGenerator<StoredLetter> {
  const last = await lastNumber(bus);
  const subject = `deadletter.${stream ?? '*'}.*`;
  for (let seq = 1; seq <= last; seq++) {
    const message = await bus.admin.direct.getMessage(STREAM, { seq, next_by_subj: subject });
    if (message === null || message.seq > last) return;
    seq = message.seq;
    const stored = readLetter(message);
    if (ids.length === 0 || ids.some((id) => id === stored.eventId || id === String(stored.number))) yield stored;
  }
}

async function lastNumber(bus: Bus): Promise<number> {
  try {
    return (await bus.admin.streams.info(STREAM)).state.last_seq;
  } catch (error) {
    // Nobody has given up on anything yet.
    if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound) return 0;
    throw error;
  }
}

function readLetter(message: StoredMsg): StoredLetter {
  const letter = deadLetterSchema.parse(message.json());
  const { subject } = letter;
  return { number: message.seq, letter, eventId: eventIdOf(letter), type: subject.slice(0, subject.lastIndexOf('.')) };
}

function eventIdOf({ event }: DeadLetter): string | null {
  try {
    return parseEnvelope(bodyOf(event)).id;
  } catch {
    return null;
  }
}

/** What a consumer buries is its message's JSON, or its text where that was not JSON. */
function bodyOf(event: unknown): string {
  return typeof event === 'string' ? event : JSON.stringify(event);
}

/** Why a dead letter cannot be given back, and what to do about it. */
class NotRedriven extends Error {}

/**
 * Gives a dead letter back to the consumer that gave up on it, and to no other; then it is gone from the dead letters. Dying
 * in between repeats the gift, which JetStream recognises for an hour and the consumer's inbox for longer.
 */
export async function redrive(bus: Bus, { number, letter }: StoredLetter): Promise<void> {
  const { stream, consumer, subject, at } = letter;
  await assertConsumer(bus, stream, consumer);
  const addressed = headers();
  addressed.set(REDRIVEN_FOR, consumer);
  await bus.stream.publish(subject, bodyOf(letter.event), {
    headers: addressed,
    // Not the event's own, which the stream may still remember; and another for every time it comes back here.
    msgID: `redriven.${stream}.${consumer}.${number}.${at}`,
    expect: { streamName: stream },
  });
  await bus.admin.streams.deleteMessage(STREAM, number);
}

async function assertConsumer(bus: Bus, stream: string, consumer: string): Promise<void> {
  try {
    await bus.admin.consumers.info(stream, consumer);
  } catch (error) {
    if (!(error instanceof JetStreamApiError)) throw error;
    throw new NotRedriven(
      `There is no consumer ${consumer} of ${stream} to give it back to (${error.message}). Start the service it belongs ` +
        'to, then run this again; the letter stays.',
      { cause: error },
    );
  }
}
