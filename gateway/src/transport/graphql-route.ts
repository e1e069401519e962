import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import { badRequest } from '../errors/http-head.ts';
import { bodyTooLarge } from '../guards/body-size.ts';
import type { Door } from '../guards/door.ts';
import type { HttpOperations } from './http-operations.ts';
import { readJsonBodies } from './json-bodies.ts';
import type { OperationPipeline } from './operation-pipeline.ts';
import type { SendPage } from './page.ts';
import type { SendAnswer } from './send-answer.ts';

export interface GraphQLRouteOptions {
  operations: HttpOperations;
  pipeline: Pick<OperationPipeline, 'refusal'>;
  send: SendAnswer;
  door: Pick<Door, 'count'>;
  maxBodyBytes: number;
  /** What a browser gets, or null for nothing. */
  page: SendPage | null;
}

export const GRAPHQL_PATH = '/graphql';

/** `/graphql` over HTTP: POST, GET for queries, and a page for browsers. https://graphql.github.io/graphql-over-http */
export function serveGraphQL(app: FastifyInstance, options: GraphQLRouteOptions): void {
  const { operations, pipeline, send, door, page, maxBodyBytes } = options;

  app.register(async (scope) => {
    readJsonBodies(scope);
    scope.setErrorHandler(answerInGraphQL);
    scope.route({
      url: GRAPHQL_PATH,
      method: ['GET', 'POST'],
      exposeHeadRoute: false,
      bodyLimit: maxBodyBytes,
      async handler(request, reply) {
        if (page !== null && wantsAPage(request)) return page(request, reply);
        return send(await operations.answer(request, reply.raw), request, reply);
      },
    });
    scope.route({
      url: GRAPHQL_PATH,
      method: ['HEAD', 'PUT', 'PATCH', 'DELETE'],
      // Before the body is looked at, which is not what is wrong.
      onRequest: async () => refuseMethod(),
      handler: refuseMethod,
    });
  });
  // Whoever types the bare address into a browser is looking for the page.
  if (page !== null) app.get('/', (_request, reply) => reply.redirect(GRAPHQL_PATH));

  /** What is wrong with a request before it is one of GraphQL; its sender expects a GraphQL answer all the same. */
  function answerInGraphQL(error: FastifyError | GraphQLError, request: FastifyRequest, reply: FastifyReply): unknown {
    return send(pipeline.refusal(refusalOf(error), request.headers.accept), request, reply);
  }

  function refusalOf(error: FastifyError | GraphQLError): GraphQLError {
    if (error instanceof GraphQLError) return error;
    const { statusCode: status = 500, message } = error;
    if (status >= 500) throw error;
    if (status !== 413) return badRequest(message, { status });
    const tooLarge = bodyTooLarge(maxBodyBytes);
    door.count(tooLarge);
    return badRequest(tooLarge.message, { status });
  }
}

function refuseMethod(): never {
  throw badRequest('Operations are sent with GET or POST.', { status: 405, headers: { allow: 'GET, POST' } });
}

function wantsAPage({ method, headers }: FastifyRequest): boolean {
  return method === 'GET' && (headers.accept ?? '').includes('text/html');
}
