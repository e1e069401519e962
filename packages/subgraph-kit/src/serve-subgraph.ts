import type { IncomingHttpHeaders } from 'node:http';
import { ApolloServer, type ApolloServerPlugin, type BaseContext } from '@apollo/server';
import {
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import { DomainError, ServiceUnavailable, Unauthenticated, type Viewer } from '@shop/kernel';
import type { Closable, HttpServer, Logger } from '@shop/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import { createFormatError, toGraphQLError } from './format-error.ts';
import type { Verifier } from './verifier.ts';

/** What a request brings, once its token is verified. */
export interface SubgraphRequest {
  viewer: Viewer;
  /** The `Idempotency-Key` header (or the older `idempotency_key`). */
  idempotencyKey: string | undefined;
  /** Marks the answer as one given before: `extensions.idempotentReplay` is true. */
  noteReplay(): void;
}

export interface SubgraphServerOptions<Context extends BaseContext> {
  schema: GraphQLSchema;
  verifier: Verifier;
  /** Makes the context of one request: a unit of work of its own. */
  context: (request: SubgraphRequest) => Context;
  log: Logger;
}

export interface SubgraphEndpoint {
  /** From now on answers; before that every request is refused with SERVICE_UNAVAILABLE. */
  serve<Context extends BaseContext>(options: SubgraphServerOptions<Context>): Promise<Closable>;
}

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

/**
 * Adds `/graphql` to a server that is about to listen. The port is open, and its probes answer, while the process
 * still waits for its database.
 */
export function mountSubgraph(http: HttpServer): SubgraphEndpoint {
  let handle: Handler = async (_request, reply) => {
    const error = toGraphQLError(new ServiceUnavailable('The service is starting. Try again shortly.'), 503);
    return reply
      .status(503)
      .send({ errors: [{ message: error.message, extensions: { code: 'SERVICE_UNAVAILABLE' } }] });
  };
  http.app.route({ method: ['GET', 'POST'], url: '/graphql', handler: (request, reply) => handle(request, reply) });

  return {
    async serve(options) {
      const server = createServer(options);
      await server.start();
      const contextOf = (request: FastifyRequest) => createContext(options, request.headers);
      handle = fastifyApolloHandler(server, { context: contextOf }) as Handler;
      return { close: () => server.stop() };
    },
  };
}

function createServer<Context extends BaseContext>({
  schema,
  log,
}: SubgraphServerOptions<Context>): ApolloServer<Context> {
  return new ApolloServer<Context>({
    schema,
    formatError: createFormatError(log),
    includeStacktraceInErrorResponses: false,
    introspection: true,
    persistedQueries: false,
    stopOnTerminationSignals: false,
    logger: log,
    plugins: [
      markReplays(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
  });
}

/** The contexts of requests whose answer was given before. */
const replays = new WeakSet<object>();

function markReplays(): ApolloServerPlugin {
  return {
    async requestDidStart() {
      return {
        async willSendResponse({ contextValue, response: { body } }) {
          if (body.kind !== 'single' || !replays.has(contextValue)) return;
          body.singleResult.extensions = { ...body.singleResult.extensions, idempotentReplay: true };
        },
      };
    },
  };
}

async function createContext<Context extends BaseContext>(
  { verifier, context }: SubgraphServerOptions<Context>,
  headers: IncomingHttpHeaders,
): Promise<Context> {
  try {
    const viewer = await verifier.viewerOf(headers.authorization);
    const key = headers['idempotency-key'] ?? headers.idempotency_key;
    const request = {
      viewer,
      idempotencyKey: Array.isArray(key) ? key[0] : key,
      noteReplay: () => void replays.add(made),
    };
    const made = context(request);
    return made;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    throw toGraphQLError(error, error instanceof Unauthenticated ? 401 : 503);
  }
}
