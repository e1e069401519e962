import { type ApolloServer, HeaderMap } from '@apollo/server';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { admitRequest, type Entrance } from '../door/open-door.ts';
import { askedDocument, withText } from '../guards/asked-document.ts';
import { bodyTooLarge } from '../guards/body-size.ts';
import type { RequestContext } from '../request-context.ts';

export interface GraphQLRouteOptions {
  server: ApolloServer<RequestContext>;
  entrance: Entrance;
  maxBodyBytes: number;
  /** The page a browser gets, or null for none. */
  graphiql: string | null;
}

export const GRAPHQL_PATH = '/graphql';

/** `/graphql` over HTTP: POST, GET for queries, and a page for browsers. */
export function serveGraphQL(app: FastifyInstance, options: GraphQLRouteOptions): void {
  const { server, entrance, graphiql, maxBodyBytes } = options;
  const answerInGraphQL = answeringInGraphQL(entrance, maxBodyBytes);
  app.route({
    url: GRAPHQL_PATH,
    method: ['GET', 'POST'],
    bodyLimit: maxBodyBytes,
    errorHandler: answerInGraphQL,
    async handler(request, reply) {
      if (graphiql !== null && wantsAPage(request)) return reply.type('text/html; charset=utf-8').send(graphiql);
      const { method } = request;
      const sent = { body: request.body ?? {}, search: request.url.slice(GRAPHQL_PATH.length) };
      const trusted = entrance.door.trustedText(askedDocument(sent, method));
      const run = trusted === null ? sent : withText(sent, method, trusted);
      const { status, headers, body } = await server.executeHTTPGraphQLRequest({
        httpGraphQLRequest: {
          method,
          headers: headerMap(request),
          ...run,
        },
        context: () => admitRequest(request.raw, askedDocument(run, method), entrance),
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
function answeringInGraphQL({ door }: Entrance, maxBodyBytes: number) {
  return (error: FastifyError, _request: FastifyRequest, reply: FastifyReply): unknown => {
    const status = error.statusCode ?? 500;
    if (status >= 500) throw error;
    const tooLarge = status === 413 ? bodyTooLarge(maxBodyBytes) : null;
    if (tooLarge) door.count(tooLarge);
    const { message } = tooLarge ?? error;
    return reply.status(status).type('application/json; charset=utf-8').send(refusal(message));
  };
}

function refusal(message: string) {
  return { errors: [{ message, extensions: { code: 'BAD_USER_INPUT' } }] };
}
