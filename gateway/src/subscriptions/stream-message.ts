import type { JsMsg } from '@nats-io/jetstream';
import type { Logger } from '@shop/service-kit';
import { z } from 'zod';
import { encodeCursor } from './cursor.ts';
import type { StreamEvent } from './event-source.ts';

/** The parts of a CloudEvent that matter here. */
const envelope = z.object({
  id: z.string().min(1),
  time: z.iso.datetime({ offset: true }).optional(),
  data: z.record(z.string(), z.unknown()),
  traceparent: z.string().optional(),
});

/** Set on what an operator has published again. */
const REPUBLISHED = 'Shop-Republished';
/** Names the one consumer that is given a message again; everybody else has had it. */
const REDRIVEN_FOR = 'Shop-Redriven-For';

/** The stream a message was read from. */
export interface StreamName {
  stream: string;
  created: string;
}

/** Null for a message that is no event: it can be shown to nobody, and must not stop the rest. */
export function eventOf(message: JsMsg, { stream, created }: StreamName, log: Logger): StreamEvent | null {
  const { seq: sequence, subject, headers } = message;
  if (headers?.has(REDRIVEN_FOR)) return null;
  try {
    const { id, data, traceparent, ...said } = envelope.parse(message.json());
    const time = Date.parse(said.time ?? message.timestamp);
    const cursor = encodeCursor({ stream, created, sequence, time, eventId: id });
    const isRepublished = headers?.has(REPUBLISHED) ?? false;
    return { id, time, created, sequence, subject, data, isRepublished, traceparent, cursor };
  } catch (error) {
    log.error({ err: error, subject, sequence }, 'A message is not an event.');
    return null;
  }
}
