import { BlockList } from 'node:net';
import { DomainError, ServiceUnavailable, Unauthenticated } from '@shop/kernel';
import { acceptedType, clientAddressOf, MalformedRequest } from '@shop/service-kit';
import type { FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import { createFormatError } from '../format-error.ts';
import type { SubgraphContext, SubgraphServerOptions } from '../subgraph-request.ts';
import { askedOperation } from './asked-operation.ts';
import { createKnownDocuments } from './known-documents.ts';
import { refuseForgery } from './refuse-forgery.ts';
import { badRequest, RequestRefused } from './request-refused.ts';
import { runOperation } from './run-operation.ts';

/** An answer as it goes over the wire. */
export interface Answer {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string;
}

const NO_STORE = { 'cache-control': 'no-store' };
const NO_PROXIES = new BlockList();

/**
 * Answers GraphQL requests (https://graphql.github.io/graphql-over-http), each in the same steps: refused if forged,
 * its viewer known, its operation read, run, and written. Never rejects.
 */
export function answerRequests<Context extends SubgraphContext>(
  options: SubgraphServerOptions<Context>,
): (request: FastifyRequest) => Promise<Answer> {
  const { schema, verifier, context, log, trustedProxies = NO_PROXIES, recentWrites = null } = options;
  const formatError = createFormatError(log);
  const know = createKnownDocuments(schema);
  const changing = ({ viewer }: Context) =>
    recentWrites === null || viewer.id === null ? undefined : recentWrites.note(viewer.id);

  return async (request) => {
    const { headers } = request;
    try {
      refuseForgery(headers);
      let isReplay = false;
      const asking = await contextOf(request, () => {
        isReplay = true;
      });
      const asked = askedOperation(request);
      const type = acceptedType(headers.accept);
      // Before anything is run, though its answer could not be sent.
      if (type === null) throw badRequest(NOT_ACCEPTED, 406);
      const { status, data, errors, allow } = await runOperation(asked, asking, { schema, know, changing });
      const extensions = isReplay ? { idempotentReplay: true } : undefined;
      return {
        status,
        headers: { 'content-type': `${type}; charset=utf-8`, ...NO_STORE, ...(allow && { allow }) },
        body: `${JSON.stringify({ errors: errors?.map(formatError), data, extensions })}\n`,
      };
    } catch (error) {
      return refusal(error, headers.accept);
    }
  };

  async function contextOf({ raw }: FastifyRequest, noteReplay: () => void): Promise<Context> {
    try {
      const viewer = await verifier.viewerOf(raw.headers.authorization);
      const key = raw.headers['idempotency-key'] ?? raw.headers.idempotency_key;
      return context({
        viewer,
        idempotencyKey: Array.isArray(key) ? key[0] : key,
        clientAddress: clientAddressOf(raw, trustedProxies),
        noteReplay,
      });
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      throw new RequestRefused(asGraphQL(error), error instanceof Unauthenticated ? 401 : 503);
    }
  }

  function refusal(error: unknown, accept: string | undefined): Answer {
    const refused = refusedFor(error);
    const type = acceptedType(accept) ?? 'application/json';
    return {
      status: refused.status,
      headers: { 'content-type': `${type}; charset=utf-8`, ...refused.headers },
      body: `${JSON.stringify({ errors: [formatError(refused.error)] })}\n`,
    };
  }
}

function refusedFor(error: unknown): RequestRefused {
  if (error instanceof RequestRefused) return error;
  if (error instanceof MalformedRequest) return badRequest(error.message);
  return new RequestRefused(asGraphQL(error), 500);
}

const NOT_ACCEPTED =
  'Answers are application/json or application/graphql-response+json; the accept header wants neither.';

/** Answers for a process that cannot do so yet. */
export function answerNotYet(): Answer {
  const { message, code } = new ServiceUnavailable('The service is starting. Try again shortly.');
  return {
    status: 503,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ errors: [{ message, extensions: { code } }] }),
  };
}

function asGraphQL(thrown: unknown): GraphQLError {
  const originalError = thrown instanceof Error ? thrown : new Error(String(thrown));
  return new GraphQLError(originalError.message, { originalError });
}
