import type { HttpServer } from '@shop/service-kit';
import type { FastifyRequest } from 'fastify';
import { type Answer, answerNotYet, answerRequests } from './operations/answer-requests.ts';
import type { SubgraphContext, SubgraphServerOptions } from './subgraph-request.ts';

/** The `/graphql` of a process that may not have all its parts yet. */
export interface SubgraphEndpoint {
  /** From now on answers; before that every request is refused with SERVICE_UNAVAILABLE. */
  serve<Context extends SubgraphContext>(options: SubgraphServerOptions<Context>): void;
}

/**
 * Adds `/graphql` to a server that is about to listen. The port is open, and its probes answer, while the process
 * still waits for its database.
 */
export function mountSubgraph(http: HttpServer): SubgraphEndpoint {
  let answer: (request: FastifyRequest) => Promise<Answer> | Answer = answerNotYet;
  http.app.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    async handler(request, reply) {
      const { status, headers, body } = await answer(request);
      return reply.code(status).headers(headers).send(body);
    },
  });

  return {
    serve(options) {
      answer = answerRequests(options);
    },
  };
}
