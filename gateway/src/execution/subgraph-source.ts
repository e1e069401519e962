import { currentTraceparent, type Logger } from '@shop/service-kit';
import { type GraphQLFormattedError, OperationTypeNode } from 'graphql';
import type { Pool } from 'undici';
import type { GatewayMetrics } from '../observability/gateway-metrics.ts';
import type { RequestContext } from '../request-context.ts';
import type { CallSubgraph, SubgraphRequest } from './subgraph-call.ts';
import { fromSubgraph } from './subgraph-errors.ts';
import { failureOf } from './subgraph-failure.ts';

export interface SubgraphSourceOptions {
  name: string;
  url: URL;
  /** Asked for each request: what outlives its supergraph may need one that was closed with it. */
  pool: () => Pool;
  timeoutMs: number;
  log: Logger;
  metrics: GatewayMetrics;
}

interface Answer {
  data?: Record<string, unknown> | null;
  errors?: GraphQLFormattedError[];
  extensions?: { idempotentReplay?: boolean };
}

/**
 * Sends what a plan asks of one subgraph. It believes a GraphQL answer whatever its HTTP status: a subgraph says 400 to a
 * bad variable.
 */
export function createSubgraphSource(options: SubgraphSourceOptions): CallSubgraph {
  const { name, timeoutMs, metrics, log } = options;

  return async (request, context) => {
    const deadline = AbortSignal.timeout(timeoutMs);
    const done = metrics.subgraphFetches.startTimer({ subgraph: name });
    try {
      const { data, errors, extensions } = await send(options, request, context, deadline);
      if (extensions?.idempotentReplay) context.isReplay = true;
      if (errors === undefined) return { data };
      log.debug({ subgraph: name, errors }, 'A subgraph answered with errors.');
      return { data, errors: errors.map((error) => fromSubgraph(error, request.query)) };
    } catch (error) {
      const isMutation = request.kind === OperationTypeNode.MUTATION;
      const { message, code } = failureOf({ error, isMutation, isLate: deadline.aborted });
      metrics.subgraphFailures.inc({ subgraph: name, code });
      log.warn({ subgraph: name, err: error }, 'A subgraph did not answer.');
      return { errors: [{ message, extensions: { code } }] };
    } finally {
      done();
    }
  };
}

async function send(
  { name, url, pool }: SubgraphSourceOptions,
  { body: sent }: SubgraphRequest,
  { token, idempotencyKey, client }: RequestContext,
  signal: AbortSignal,
): Promise<Answer> {
  const traceparent = currentTraceparent();
  const { statusCode, body } = await pool().request({
    path: url.pathname + url.search,
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      // The gateway's word alone: what clients write there went into it only as far as their proxies are trusted.
      'x-forwarded-for': client.address,
      ...(token && { authorization: token.authorization }),
      ...(traceparent && { traceparent }),
      ...(idempotencyKey && { 'idempotency-key': idempotencyKey }),
    },
    body: sent,
    signal,
  });
  const text = await body.text();
  const answer = parsed(text);
  if (answer === null) throw new Error(`${name} answered ${statusCode} with no GraphQL in it: ${text.slice(0, 200)}`);
  return answer;
}

/** Null for anything that is not the JSON of a GraphQL answer, such as a proxy's error page. */
function parsed(text: string): Answer | null {
  try {
    const answer: unknown = JSON.parse(text);
    return typeof answer === 'object' && answer !== null && ('data' in answer || isErrorList(answer)) ? answer : null;
  } catch {
    return null;
  }
}

function isErrorList(answer: object): boolean {
  return 'errors' in answer && Array.isArray(answer.errors) && answer.errors.length > 0;
}
