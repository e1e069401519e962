import type { IncomingMessage } from 'node:http';
import { type ApolloServer, HeaderMap } from '@apollo/server';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { contextOfRequest } from '../door/open-door.ts';
import type { TokenVerifier } from '../door/token-verifier.ts';
import type { RequestContext } from '../request-context.ts';

export interface GraphQLRouteOptions {
  server: ApolloServer<RequestContext>;
  verifier: TokenVerifier;
  clientAddress(request: IncomingMessage): string;
  /** The page a browser gets, or null for none. */
  graphiql: string | null;
}

export const GRAPHQL_PATH = '/graphql';

/** `/graphql` over HTTP: POST, GET for queries, and a page for browsers. */
export function serveGraphQL(
  app: FastifyInstance,
  { server, verifier, clientAddress, graphiql }: GraphQLRouteOptions,
): void {
  app.route({
    url: GRAPHQL_PATH,
    method: ['GET', 'POST'],
    errorHandler: answerInGraphQL,
    async handler(request, reply) {
      if (graphiql !== null && wantsAPage(request)) return reply.type('text/html; charset=utf-8').send(graphiql);
      const { status, headers, body } = await server.executeHTTPGraphQLRequest({
        httpGraphQLRequest: {
          method: request.method,
          headers: headerMap(request),
          search: request.url.slice(GRAPHQL_PATH.length),
          body: request.body ?? {},
        },
        context: () => contextOfRequest(request.headers, verifier, clientAddress(request.raw)),
      });
      reply.code(status ?? 200).headers(Object.fromEntries(headers));
      // Incremental answers (@defer) need an executor that makes them; this one does not.
      if (body.kind === 'chunked') throw new Error('The executor gave an answer in chunks.');
      return reply.send(body.string);
    },
  });
  // Whoever types the bare address into a browser is looking for the page.
  if (graphiql !== null) app.get('/', (_request, reply) => reply.redirect(GRAPHQL_PATH));
  app.route({
    url: GRAPHQL_PATH,
    method: ['PUT', 'PATCH', 'DELETE'],
    errorHandler: answerInGraphQL,
    handler: (_request, reply) =>
      reply.status(405).header('allow', 'GET, POST').send(refusal('Operations are sent with GET or POST.')),
  });
}

function wantsAPage({ method, headers }: FastifyRequest): boolean {
  return method === 'GET' && (headers.accept ?? '').includes('text/html');
}

function headerMap({ headers }: FastifyRequest): HeaderMap {
  const map = new HeaderMap();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) map.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return map;
}

/** A body that is too large or no JSON never reaches Apollo Server; its sender expects a GraphQL answer all the same. */
function answerInGraphQL(error: FastifyError, _request: FastifyRequest, reply: FastifyReply): unknown {
  const status = error.statusCode ?? 500;
  if (status >= 500) throw error;
  return reply.status(status).type('application/json; charset=utf-8').send(refusal(error.message));
}

function refusal(message: string) {
  return { errors: [{ message, extensions: { code: 'BAD_USER_INPUT' } }] };
}
