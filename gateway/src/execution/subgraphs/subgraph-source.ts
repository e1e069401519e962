import { currentTraceparent, type Logger } from '@shop/service-kit';
import { OperationTypeNode } from 'graphql';
import type { GatewayMetrics } from '../../observability/gateway-metrics.ts';
import type { RequestContext } from '../../request-context.ts';
import type { SendCarefully } from '../../resilience/careful-sender.ts';
import { type FailureKind, FetchFailed } from '../../resilience/fetch-failed.ts';
import { type ReadAnswer, readAnswer } from './read-answer.ts';
import type { CallSubgraph, SubgraphRequest } from './subgraph-call.ts';
import { fromSubgraph } from './subgraph-errors.ts';
import { failureOf } from './subgraph-failure.ts';

export interface SubgraphSourceOptions {
  name: string;
  url: URL;
  send: SendCarefully;
  log: Logger;
  metrics: GatewayMetrics;
}

/** No news: the client has gone, or it has been said that the subgraph is not asked for now. */
const EXPECTED: ReadonlySet<FailureKind> = new Set(['abandoned', 'breaker_open']);

/**
 * Sends what a plan asks of one subgraph. It believes a GraphQL answer whatever its HTTP status: a subgraph says 400 to a
 * bad variable.
 */
export function createSubgraphSource(options: SubgraphSourceOptions): CallSubgraph {
  const { name, metrics, log } = options;
  const ask = asking(options);

  return async (request, context, endsAt) => {
    const done = metrics.subgraphFetches.startTimer({ subgraph: name });
    try {
      const { data, errors, isReplay } = await ask(request, context, endsAt);
      if (isReplay) context.isReplay = true;
      done({ outcome: 'answered' });
      if (errors === undefined) return { data };
      log.debug({ subgraph: name, errors }, 'A subgraph answered with errors.');
      return { data, errors: errors.map((error) => fromSubgraph(error, request.query)) };
    } catch (error) {
      const failed = error instanceof FetchFailed ? error : unexpected(error);
      done({ outcome: failed.kind });
      log[EXPECTED.has(failed.kind) ? 'debug' : 'warn']({ subgraph: name, err: failed }, 'A subgraph did not answer.');
      const { message, code } = failureOf(failed, request.kind === OperationTypeNode.MUTATION);
      return { errors: [{ message, extensions: { code } }] };
    }
  };
}

function asking({ name, url, send }: SubgraphSourceOptions) {
  const path = url.pathname + url.search;

  return async (request: SubgraphRequest, context: RequestContext, endsAt = Infinity): Promise<ReadAnswer> => {
    const sending = { path, headers: headersFor(context), body: request.body };
    const isRead = request.kind === OperationTypeNode.QUERY;
    const { status, text } = await send({ sending, isRead, endsAt, departure: context.departure });
    const answer = readAnswer(text);
    if (answer !== null) return answer;
    const message = `${name} answered ${status} with no GraphQL in it: ${text.slice(0, 200)}`;
    throw new FetchFailed('invalid', message, { wasSent: true, wasAnswered: true });
  };
}

function headersFor({ token, idempotencyKey, client }: RequestContext): Record<string, string> {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept: 'application/json',
    // The gateway's word alone: what clients write there went into it only as far as their proxies are trusted.
    'x-forwarded-for': client.address,
  };
  if (token) headers.authorization = token.authorization;
  const traceparent = currentTraceparent();
  if (traceparent) headers.traceparent = traceparent;
  if (idempotencyKey) headers['idempotency-key'] = idempotencyKey;
  return headers;
}

/** Such as a header that may not be sent. */
function unexpected(error: unknown): FetchFailed {
  return new FetchFailed('invalid', 'The request could not be sent.', undefined, { cause: error });
}
