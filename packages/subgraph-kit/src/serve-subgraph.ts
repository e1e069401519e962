import type { IncomingMessage } from 'node:http';
import { BlockList } from 'node:net';
import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import { DomainError, ServiceUnavailable, Unauthenticated, type Viewer } from '@shop/kernel';
import { type Closable, clientAddressOf, type HttpServer, type Logger } from '@shop/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import { createFormatError, toGraphQLError } from './format-error.ts';
import { noteWrites, type RecentWrites } from './recent-writes.ts';
import type { Verifier } from './verifier.ts';

/** What a request brings, once its token is verified. */
export interface SubgraphRequest {
  viewer: Viewer;
  /** The `Idempotency-Key` header (or the older `idempotency_key`). */
  idempotencyKey: string | undefined;
  /** Where the operation came from: as a trusted gateway says, else the peer of the connection. */
  clientAddress: string;
  /** Marks the answer as one given before: `extensions.idempotentReplay` is true. */
  noteReplay(): void;
}

/** What this endpoint needs to find in every context; the rest is the subgraph's own. */
export type SubgraphContext = Pick<SubgraphRequest, 'viewer' | 'noteReplay'>;

/** What answers at `/graphql`, and for whom. */
export interface SubgraphServerOptions<Context extends SubgraphContext> {
  schema: GraphQLSchema;
  verifier: Verifier;
  /** Makes the context of one request: a unit of work of its own. */
  context: (request: SubgraphRequest) => Context;
  log: Logger;
  /** The gateways whose word on client addresses is taken; none unless told. */
  trustedProxies?: BlockList;
  /** Where it is noted who has changed something; nowhere unless told. */
  recentWrites?: RecentWrites | null;
}

/** The `/graphql` of a process that may not have all its parts yet. */
export interface SubgraphEndpoint {
  /** From now on answers; before that every request is refused with SERVICE_UNAVAILABLE. */
  serve<Context extends SubgraphContext>(options: SubgraphServerOptions<Context>): Promise<Closable>;
}

const NONE = new BlockList();

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
      const contextOf = (request: FastifyRequest) => createContext(options, request.raw);
      handle = fastifyApolloHandler(server, { context: contextOf }) as Handler;
      return { close: () => server.stop() };
    },
  };
}

function createServer<Context extends SubgraphContext>({
  schema,
  log,
  recentWrites = null,
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
      ...(recentWrites === null ? [] : [noteWrites(recentWrites)]),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
  });
}

// By the function that notes them: Apollo Server copies contexts, but not what is in them.
const replays = new WeakSet<() => void>();

function markReplays(): ApolloServerPlugin<SubgraphContext> {
  return {
    async requestDidStart() {
      return {
        async willSendResponse({ contextValue, response: { body } }) {
          if (body.kind !== 'single' || !replays.has(contextValue.noteReplay)) return;
          body.singleResult.extensions = { ...body.singleResult.extensions, idempotentReplay: true };
        },
      };
    },
  };
}

async function createContext<Context extends SubgraphContext>(
  { verifier, context, trustedProxies = NONE }: SubgraphServerOptions<Context>,
  request: IncomingMessage,
): Promise<Context> {
  try {
    const { headers } = request;
    const viewer = await verifier.viewerOf(headers.authorization);
    const key = headers['idempotency-key'] ?? headers.idempotency_key;
    const noteReplay = () => void replays.add(noteReplay);
    return context({
      viewer,
      idempotencyKey: Array.isArray(key) ? key[0] : key,
      clientAddress: clientAddressOf(request, trustedProxies),
      noteReplay,
    });
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    throw toGraphQLError(error, error instanceof Unauthenticated ? 401 : 503);
  }
}
