import type { FastifyInstance } from 'fastify';
import { takesEvents } from '../transport/event-stream-type.ts';
import type { LiveSupergraph } from './live-supergraph.ts';

export interface HoldWhileAnsweringOptions {
  supergraph: Pick<LiveSupergraph, 'absence' | 'hold'>;
  /** Where operations are sent. */
  path: string;
}

/** Keeps the supergraph that a request over HTTP may use until it is answered; before the first one it is refused. */
export function holdWhileAnswering(app: FastifyInstance, { supergraph, path }: HoldWhileAnsweringOptions): void {
  app.addHook('onRequest', (request, reply, done) => {
    if (request.url.split('?')[0] !== path) return done();
    if (supergraph.absence() === null) {
      // What is told for hours holds it only while it begins.
      if (takesEvents(request.headers.accept)) return done();
      reply.raw.once('close', supergraph.hold());
      return done();
    }
    reply
      .status(503)
      .header('retry-after', '1')
      .send({ errors: [{ message: NOT_YET, extensions: { code: 'SERVICE_UNAVAILABLE' } }] });
  });
}

/** What clients are told before there is a supergraph. */
export const NOT_YET = 'The gateway is starting.';
