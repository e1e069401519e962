import type { GraphQLDataSource, GraphQLDataSourceProcessOptions } from '@apollo/gateway';
import type { GatewayGraphQLResponse } from '@apollo/server-gateway-interface';
import { currentTraceparent, type Logger } from '@shop/service-kit';
import type { GraphQLFormattedError } from 'graphql';
import type { Pool } from 'undici';
import type { GatewayMetrics } from '../observability/gateway-metrics.ts';
import type { RequestContext } from '../request-context.ts';
import { atEveryField, fromSubgraph, type SubgraphRequest } from './subgraph-errors.ts';
import { failureOf } from './subgraph-failure.ts';

export interface SubgraphSourceOptions {
  name: string;
  url: URL;
  pool: Pool;
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
 * Sends what the planner asks of one subgraph. Unlike RemoteGraphQLDataSource it believes a GraphQL answer whatever its
 * HTTP status (a subgraph says 400 to a bad variable), and turns every failure into errors at the fields it cost.
 */
export function createSubgraphSource(options: SubgraphSourceOptions): GraphQLDataSource {
  const { name, timeoutMs, metrics, log } = options;

  return {
    async process({ request, context }: GraphQLDataSourceProcessOptions): Promise<GatewayGraphQLResponse> {
      const sent: SubgraphRequest = { query: request.query ?? '', variables: request.variables ?? {} };
      const deadline = AbortSignal.timeout(timeoutMs);
      const done = metrics.subgraphFetches.startTimer({ subgraph: name });
      try {
        const answer = await send(options, sent, context as RequestContext, deadline);
        if (answer.extensions?.idempotentReplay) (context as RequestContext).isReplay = true;
        if (answer.errors) log.debug({ subgraph: name, errors: answer.errors }, 'A subgraph answered with errors.');
        return {
          data: answer.data ?? undefined,
          ...(answer.errors && { errors: answer.errors.map((error) => fromSubgraph(error, sent)) }),
        };
      } catch (error) {
        const failure = failureOf({
          error,
          isMutation: sent.query.startsWith('mutation'),
          isLate: deadline.aborted,
        });
        metrics.subgraphFailures.inc({ subgraph: name, code: failure.code });
        log.warn({ subgraph: name, err: error }, 'A subgraph did not answer.');
        return { errors: atEveryField(sent, failure.message, failure.code) };
      } finally {
        done();
      }
    },
  };
}

async function send(
  { name, url, pool }: SubgraphSourceOptions,
  { query, variables }: SubgraphRequest,
  { token, idempotencyKey, clientAddress }: RequestContext,
  signal: AbortSignal,
): Promise<Answer> {
  const traceparent = currentTraceparent();
  const { statusCode, body } = await pool.request({
    path: url.pathname + url.search,
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      // The gateway's word alone: what clients write there went into it only as far as their proxies are trusted.
      'x-forwarded-for': clientAddress,
      ...(token && { authorization: token.authorization }),
      ...(traceparent && { traceparent }),
      ...(idempotencyKey && { 'idempotency-key': idempotencyKey }),
    },
    body: JSON.stringify({ query, variables }),
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
