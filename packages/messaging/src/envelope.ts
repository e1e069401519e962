import { newId } from '@shop/kernel';
import { z } from 'zod';

const envelopeSchema = z.object({
  specversion: z.literal('1.0'),
  id: z.uuid(),
  source: z.string().min(1),
  type: z.string().min(1),
  subject: z.string().min(1),
  time: z.iso.datetime(),
  traceparent: z.string().optional(),
  aggregateversion: z.int().positive().optional(),
  data: z.unknown(),
});

/** An event as it travels: CloudEvents 1.0 in structured JSON. `id` is a UUIDv7 and also the Nats-Msg-Id. */
export type Envelope<T extends string = string, D = unknown> = Omit<
  z.output<typeof envelopeSchema>,
  'type' | 'data'
> & {
  type: T;
  data: D;
};

/** Wraps the data of an event; `id` and `specversion` are added here. */
export function createEnvelope(parts: Omit<Envelope, 'specversion' | 'id'>): Envelope {
  return { specversion: '1.0', id: newId(), ...parts };
}

/** Reads an envelope from its JSON. Throws SyntaxError or ZodError; the data are still to be parsed by their event. */
export function parseEnvelope(json: string): Envelope {
  return envelopeSchema.parse(JSON.parse(json));
}
