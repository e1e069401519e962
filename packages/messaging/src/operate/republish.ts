import type { Bus } from '../bus.ts';
import type { DatabaseSession } from '../database-session.ts';
import { REPUBLISHED } from '../marks.ts';
import { createEventPublisher, type PublishOptions } from '../publish-events.ts';
import { type ArchivedEvent, idBefore, lastIdUntil, noteSequences, readArchive } from './archive.ts';
import { missingOf, streamThere } from './streams-now.ts';

/** Which archived events are published again. */
export interface RepublishOptions {
  since: Date;
  until: Date;
  /** All of them when null. */
  stream: string | null;
  /** Says what would be published, and publishes nothing. */
  dryRun: boolean;
  /** Publishes also what is still in its stream. */
  force: boolean;
}

/** What was found in one archive, and what became of it. */
export interface Republished {
  found: number;
  /** Still in their stream: left alone. */
  there: number;
  /** Published again, or, in a dry run, to be published. */
  published: number;
}

/** What republishing works with, and whom it tells. */
export interface RepublishContext {
  bus: Bus;
  session: DatabaseSession;
  /** Told now and then how far it is. */
  progress: (soFar: Republished, at: string) => void;
  say: (line: string) => void;
  /** How long to wait for a stream that is not there. */
  patienceMs?: number;
}

/** Says which event its stream did not take, and what is left to do. */
class RepublishStopped extends Error {}

const CHUNK = 256;
const PATIENCE_MS = 30_000;

/**
 * Publishes the events of one archive again that their streams no longer have, in the order of their record – the order
 * of every aggregate – and under their own ids, by which JetStream and every inbox know them. It may be run again at any
 * time: what is there already is passed over.
 */
export async function republish(context: RepublishContext, options: RepublishOptions): Promise<Republished> {
  const { session, progress } = context;
  const { since, until, stream } = options;
  const soFar: Republished = { found: 0, there: 0, published: 0 };
  const lastId = await lastIdUntil(session, until);
  const seenStreams = new Set<string>();
  for (let afterId: number | null = await idBefore(session, since); afterId !== null; ) {
    const { events, nextId } = await readArchive(session, { afterId, lastId, since, until, stream }, CHUNK);
    for (const name of new Set(events.map((event) => event.stream))) {
      if (!seenStreams.has(name)) await streamThere(context.bus, name, { patienceMs: PATIENCE_MS, ...context });
      seenStreams.add(name);
    }
    const missing = options.force ? events : await missingOf(context.bus, events);
    if (!options.dryRun) await publishAgain(context, missing);
    soFar.found += events.length;
    soFar.there += events.length - missing.length;
    soFar.published += missing.length;
    const last = events.at(-1);
    if (last !== undefined) progress(soFar, last.createdAt);
    afterId = nextId;
  }
  return soFar;
}

async function publishAgain({ bus, session }: RepublishContext, events: readonly ArchivedEvent[]): Promise<void> {
  const mark = { name: REPUBLISHED, value: new Date().toISOString() };
  const { published, repetitions } = await publishAll(bus, events, { mark }, session);
  // JetStream remembers the ids of the last hour even where the events are gone: after a purge it takes them for repetitions.
  const swallowed = await missingOf(bus, repetitions);
  const anew = {
    mark,
    messageIdOf: ({ eventId, id }: { eventId: string; id: number }) => `${eventId}.${id}.${mark.value}`,
  };
  const second = await publishAll(bus, swallowed, anew, session);
  const known = repetitions.filter((event) => !swallowed.includes(event));
  await noteSequences(session, [...published, ...known, ...second.published]);
}

/** Publishes all of them, however many batches that takes, or throws where it stopped. */
async function publishAll(
  bus: Bus,
  events: readonly ArchivedEvent[],
  options: PublishOptions,
  session: DatabaseSession,
): Promise<{ published: ArchivedEvent[]; repetitions: ArchivedEvent[] }> {
  const published: ArchivedEvent[] = [];
  const repetitions: ArchivedEvent[] = [];
  const publisher = createEventPublisher(bus);
  for (let left = events; left.length > 0; ) {
    const result = await publisher.publish(left, options);
    for (const { isRepetition, ...event } of result.published) (isRepetition ? repetitions : published).push(event);
    const [failure] = result.failures;
    if (failure !== undefined) {
      await noteSequences(session, published);
      const { event, error } = failure;
      throw new RepublishStopped(
        `${event.wireSubject} (id ${event.eventId}, of ${event.createdAt} UTC) was not taken by NATS: ` +
          `${error instanceof Error ? error.message : error}. See that the stream ${event.stream} is well, then run this ` +
          'again: what is published already is passed over.',
        { cause: error },
      );
    }
    const done = new Set(result.published.map(({ id }) => id));
    left = left.filter(({ id }) => !done.has(id));
  }
  return { published, repetitions };
}
