import type { EntityManager } from '@mikro-orm/mysql';
import { systemClock } from '@shop/kernel';
import { currentTraceparent } from '@shop/service-kit';
import type { z } from 'zod';
import type { EventDefinition } from './define-event.ts';
import { createEnvelope } from './envelope.ts';
import { markRecorded } from './wake-after-commit.ts';

/** What a use case says about one event; the rest of the envelope is added. */
export interface EventToRecord<D> {
  /** The id of the aggregate the event is about; the last part of its wire subject. */
  subject: string;
  data: D;
  /** Counts per type and subject; absent where order means nothing. */
  aggregateVersion?: number;
  /** When it happened; now by default. */
  time?: Date;
}

/** An event that keeps its contract, ready for the outbox. */
export interface ReadyEvent {
  type: string;
  row: readonly (string | number | null)[];
}

/** Makes an event ready for `recordAll`. Throws ZodError for data that break the contract. */
export function readyEvent<S extends z.ZodType>(
  definition: EventDefinition<string, S>,
  event: EventToRecord<z.input<S>>,
): ReadyEvent {
  return { type: definition.type, row: outboxRow(definition, event, currentTraceparent()) };
}

/** Records one event; see recordAll. */
export function recordEvent<S extends z.ZodType>(
  em: EntityManager,
  definition: EventDefinition<string, S>,
  event: EventToRecord<z.input<S>>,
): Promise<void> {
  return recordEvents(em, definition, [event]);
}

/** Records events of one kind; see recordAll. */
export function recordEvents<S extends z.ZodType>(
  em: EntityManager,
  definition: EventDefinition<string, S>,
  events: readonly EventToRecord<z.input<S>>[],
): Promise<void> {
  return recordAll(
    em,
    events.map((event) => readyEvent(definition, event)),
  );
}

/**
 * Writes events into the outbox inside the caller's transaction, all in one statement: they are published if, and only
 * if, it commits. Call it after the aggregate's row is written or locked, so that two transactions on one aggregate
 * draw their outbox ids in the order of their commits; of one aggregate they are published in the order given.
 */
export async function recordAll(em: EntityManager, events: readonly ReadyEvent[]): Promise<void> {
  const [first] = events;
  if (first === undefined) return;
  const transaction = em.getTransactionContext();
  if (transaction === undefined) throw new Error(`${first.type} must be recorded inside a transaction.`);
  await em.execute(
    `INSERT INTO outbox_pending
       (event_id, stream, wire_subject, type, aggregate_id, aggregate_version, envelope, created_at)
     VALUES ${events.map(() => '(?, ?, ?, ?, ?, ?, ?, UTC_TIMESTAMP(3))').join(', ')}`,
    events.flatMap(({ row }) => row),
    'run',
  );
  markRecorded(transaction);
}

function outboxRow<S extends z.ZodType>(
  definition: EventDefinition<string, S>,
  event: EventToRecord<z.input<S>>,
  traceparent: string | undefined,
): (string | number | null)[] {
  const wireSubject = definition.wireSubject(event.subject);
  const envelope = createEnvelope({
    source: definition.source,
    type: definition.type,
    subject: event.subject,
    time: (event.time ?? systemClock.now()).toISOString(),
    ...(traceparent !== undefined && { traceparent }),
    ...(event.aggregateVersion !== undefined && { aggregateversion: event.aggregateVersion }),
    data: definition.data.parse(event.data),
  });
  return [
    envelope.id,
    definition.stream,
    wireSubject,
    definition.type,
    event.subject,
    event.aggregateVersion ?? null,
    JSON.stringify(envelope),
  ];
}
