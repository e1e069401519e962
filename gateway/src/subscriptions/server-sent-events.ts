import { clientAddressOf, type Logger } from '@shop/service-kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError, getOperationAST, type OperationDefinitionNode, parse } from 'graphql';
import { asGraphQLError, type FormatError } from '../errors/client-error.ts';
import { admitRequest, type Entrance } from '../guards/admit-request.ts';
import type { GatewayMetrics } from '../observability/gateway-metrics.ts';
import { reportErrors } from '../observability/report-errors.ts';
import type { RequestContext } from '../request-context.ts';
import { operationInBody, operationInSearch, operationParams } from '../transport/asked-operation.ts';
import { readJsonBodies } from '../transport/json-bodies.ts';
import { answerText } from './answer-text.ts';
import { TooSlow } from './delivery.ts';
import { createEventWriter, type EventWriter } from './event-writer.ts';
import type { StartOperation } from './socket-server.ts';
import type { Answers } from './subscriptions.ts';

export interface ServerSentEventsOptions {
  app: FastifyInstance;
  path: string;
  entrance: Entrance;
  format: FormatError;
  maxBodyBytes: number;
  start: StartOperation;
  metrics: GatewayMetrics;
  log: Logger;
}

const EVENT_STREAM = 'text/event-stream';
/** Clients that are sent away come back one after the other. */
const COME_BACK_WITHIN_MS = 5_000;

/**
 * Serves operations as server-sent events, on the path of all others, to those who ask for `text/event-stream`: the
 * "distinct connections mode" of graphql-sse, with the cursor as the id of each event. GET, which is all an EventSource
 * can do, has no token, and is for subscriptions only: anybody's page can send it.
 */
export function serveServerSentEvents(options: ServerSentEventsOptions) {
  const { app, path, format, maxBodyBytes, start, metrics, log } = options;
  const open = new Set<EventWriter>();
  let isClosing = false;

  app.addConstraintStrategy({
    name: 'accept',
    storage() {
      const handlers = new Map<unknown, never>();
      return {
        get: (value) => handlers.get(value) ?? null,
        set: (value, handler) => void handlers.set(value, handler as never),
      };
    },
    deriveConstraint: ({ headers }) => (String(headers.accept).includes(EVENT_STREAM) ? EVENT_STREAM : undefined),
  });
  app.register(async (scope) => {
    readJsonBodies(scope);
    scope.route({
      url: path,
      method: ['GET', 'POST'],
      constraints: { accept: EVENT_STREAM },
      bodyLimit: maxBodyBytes,
      handler,
    });
  });

  async function handler(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const events = openEvents(reply);
    try {
      if (isClosing) events.sendAway(comeBackAfterMs());
      else await answer(request, events);
    } catch (error) {
      if (error instanceof TooSlow) return events.sendAway(comeBackAfterMs());
      const errors = error instanceof AggregateError ? error.errors.map(asGraphQLError) : [asGraphQLError(error)];
      reportErrors({ log, metrics }, errors, undefined);
      void events.next(JSON.stringify({ errors: errors.map((each) => format(each.toJSON(), each)) }), undefined);
      events.complete();
    } finally {
      open.delete(events);
    }
  }

  function openEvents(reply: FastifyReply): EventWriter {
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, {
      ...(reply.getHeaders() as Record<string, string>),
      'content-type': `${EVENT_STREAM}; charset=utf-8`,
      'cache-control': 'no-cache, no-transform',
      // Kept alive after its last event, it would be waited for when the gateway goes.
      connection: 'close',
      // nginx would keep events until it has a page of them.
      'x-accel-buffering': 'no',
    });
    const events = createEventWriter(raw);
    open.add(events);
    return events;
  }

  async function answer(request: FastifyRequest, events: EventWriter): Promise<void> {
    const context = await contextOf(request, options.entrance);
    const { text, ...asked } = paramsOf(request);
    const lastEventId = request.headers['last-event-id'];
    const extensions = lastEventId ? { ...asked.extensions, cursor: lastEventId } : asked.extensions;
    const { result } = await start({ ...asked, query: text ?? '', extensions }, context);
    if (!(Symbol.asyncIterator in result)) {
      void events.next(answerText(result), undefined);
      return events.complete();
    }
    await tell(result, events, context.token?.expiresAt ?? null);
  }

  async function tell(answers: Answers, events: EventWriter, until: Date | null): Promise<void> {
    events.onClose(() => void answers.return());
    const expiry = until && setTimeout(() => events.complete(), Math.min(2 ** 31 - 1, until.getTime() - Date.now()));
    try {
      for await (const result of answers) {
        await events.next(answerText(result), result.extensions?.cursor);
      }
      events.complete();
    } finally {
      clearTimeout(expiry ?? undefined);
    }
  }

  return {
    /** Tells clients to come back, which they then do at another instance. */
    close() {
      isClosing = true;
      for (const events of open) events.sendAway(comeBackAfterMs());
    },
  };
}

function comeBackAfterMs(): number {
  return Math.floor(Math.random() * COME_BACK_WITHIN_MS);
}

async function contextOf({ method, raw }: FastifyRequest, entrance: Entrance): Promise<RequestContext> {
  if (method !== 'GET') return admitRequest(raw, entrance);
  const client = { address: clientAddressOf(raw, entrance.trustedProxies), accept: raw.headers.accept };
  await entrance.door.admitAddress(client);
  return { token: null, client, idempotencyKey: null };
}

function paramsOf({ method, url, body }: FastifyRequest): ReturnType<typeof operationParams> {
  if (method !== 'GET') return operationParams(operationInBody(body));
  const params = operationParams(operationInSearch(url.slice(url.indexOf('?') + 1)));
  if (operationOf(params.text ?? '', params.operationName)?.operation === 'subscription') return params;
  throw new GraphQLError('Over GET, only subscriptions are answered with events.', {
    extensions: { code: 'BAD_USER_INPUT' },
  });
}

/** What a search can hold is short enough to be parsed before the guards have seen it. */
function operationOf(text: string, operationName: string | undefined): OperationDefinitionNode | null {
  try {
    return getOperationAST(parse(text), operationName) ?? null;
  } catch {
    return null;
  }
}
