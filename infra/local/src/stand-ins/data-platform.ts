import type { FastifyInstance } from 'fastify';
import { openJournal } from './journal.ts';
import { createStandIn, runStandIn } from './stand-in.ts';

/** One delivery, as `GET /received` tells it. */
export interface Received {
  id: string;
  type: string;
  idempotencyKey: string;
  data: object;
  at: string;
}

/** An event as the shop sends it (CloudEvents 1.0, structured mode). */
interface Envelope {
  id: string;
  type: string;
  data: object;
}

const text = { type: 'string', minLength: 1 };

const eventSchema = {
  headers: {
    type: 'object',
    required: ['idempotency-key'],
    properties: { 'idempotency-key': { ...text, maxLength: 255 } },
  },
  body: {
    type: 'object',
    required: ['specversion', 'id', 'source', 'type', 'time', 'data'],
    properties: {
      specversion: { const: '1.0' },
      id: text,
      source: text,
      type: text,
      subject: text,
      time: { type: 'string', format: 'date-time' },
      data: { type: 'object' },
    },
  },
};

/** Stands in for the data platform: takes events, keeps every delivery, duplicates included. */
export function createDataPlatform(options: { stateFile?: string | undefined; slowMs?: number } = {}): FastifyInstance {
  const received = openJournal<Received>(options.stateFile);
  const standIn = createStandIn({
    ...(options.slowMs === undefined ? {} : { slowMs: options.slowMs }),
    metrics: () => ({ stand_in_events_received_total: received.entries.length }),
  });
  standIn.serve((service) => {
    service.post<{ Body: Envelope; Headers: { 'idempotency-key': string } }>(
      '/events',
      { schema: eventSchema },
      (request, reply) => {
        const { id, type, data } = request.body;
        const idempotencyKey = request.headers['idempotency-key'];
        received.append({ id, type, idempotencyKey, data, at: new Date().toISOString() });
        return reply.status(202).send({ id });
      },
    );
  });
  standIn.app.get('/received', () => received.entries);
  return standIn.app;
}

if (import.meta.main) {
  await runStandIn('data platform', createDataPlatform({ stateFile: process.env.STATE_FILE || undefined }), 4900);
}
