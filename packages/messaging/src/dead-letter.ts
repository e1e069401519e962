import type { JsMsg } from '@nats-io/jetstream';
import { reasonOf } from '@shop/service-kit';
import { z } from 'zod';
import type { Bus } from './bus.ts';

/** An event a consumer gave up on, as an operator finds it under `deadletter.<stream>.<consumer>`. */
export const deadLetterSchema = z.object({
  /** The event as it came: its envelope, or its text where that is not JSON. */
  event: z.unknown(),
  subject: z.string(),
  stream: z.string(),
  sequence: z.int(),
  consumer: z.string(),
  error: z.string(),
  deliveries: z.int(),
  at: z.iso.datetime(),
});

/** A message no consumer could take, with what an operator needs to judge it. */
export type DeadLetter = z.output<typeof deadLetterSchema>;

/** Puts a message aside for an operator; resolves once the dead letter is stored. */
export async function bury(bus: Bus, durable: string, message: JsMsg, error: unknown): Promise<void> {
  const { stream } = message.info;
  const letter: DeadLetter = {
    event: bodyOf(message),
    subject: message.subject,
    stream,
    sequence: message.seq,
    consumer: durable,
    error: reasonOf(error),
    deliveries: message.info.deliveryCount,
    at: new Date().toISOString(),
  };
  await bus.stream.publish(`deadletter.${stream}.${durable}`, JSON.stringify(letter), {
    // The acknowledgement of the message may get lost after this one.
    msgID: `${stream}.${durable}.${message.seq}.${message.timestamp}`,
  });
}

function bodyOf(message: JsMsg): unknown {
  try {
    return message.json();
  } catch {
    return message.string();
  }
}
