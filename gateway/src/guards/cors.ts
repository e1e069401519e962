import type { FastifyInstance } from 'fastify';
import { GRAPHQL_PATH } from '../transport/graphql-route.ts';

const ONE_DAY_SECONDS = 86_400;
const ALLOWED_HEADERS = [
  'accept',
  'apollo-require-preflight',
  'apollographql-client-name',
  'apollographql-client-version',
  'authorization',
  'content-type',
  'idempotency-key',
  'idempotency_key',
  'last-event-id',
  'traceparent',
  'x-apollo-operation-name',
].join(', ');

/** CORS_ORIGINS: lets pages of the listed origins (`*` for any) call the gateway; without a list only its own page can. */
export function allowOrigins(app: FastifyInstance, origins: readonly string[]): void {
  if (origins.length === 0) return;
  app.addHook('onRequest', async (request, reply) => {
    const { origin } = request.headers;
    reply.header('vary', 'Origin');
    if (origin === undefined || !(origins.includes('*') || origins.includes(origin))) return;
    reply.header('access-control-allow-origin', origin);
    reply.header('access-control-expose-headers', 'retry-after');
  });
  app.options(GRAPHQL_PATH, (_request, reply) =>
    reply
      .headers({
        'access-control-allow-methods': 'GET, POST',
        'access-control-allow-headers': ALLOWED_HEADERS,
        'access-control-max-age': String(ONE_DAY_SECONDS),
      })
      .status(204)
      .send(),
  );
}
