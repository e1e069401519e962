import {
  type AskedOperation,
  clientAddressOf,
  type Logger,
  operationInBody,
  operationInSearch,
} from '@shop/service-kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { asGraphQLErrors, type FormatError } from '../errors/client-error.ts';
import { admitRequest, type Entrance } from '../guards/admit-request.ts';
import type { GatewayMetrics } from '../observability/gateway-metrics.ts';
import { reportErrors } from '../observability/report-errors.ts';
import type { RequestContext } from '../request-context.ts';
import { EVENT_STREAM, takesEvents } from '../transport/event-stream-type.ts';
import { readJsonBodies } from '../transport/json-bodies.ts';
import { clientAppOf } from '../usage/client-app.ts';
import { TooSlow } from './delivery.ts';
import { createEventWriter, type EventWriter } from './event-writer.ts';
import type { StartOperation } from './operation-starter.ts';
import { resultText } from './result-text.ts';
import { SchemaReloaded } from './schema-reloaded.ts';
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
    deriveConstraint: ({ headers }) => (takesEvents(headers.accept) ? EVENT_STREAM : undefined),
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
      const errors = asGraphQLErrors(error);
      reportErrors({ log, metrics }, errors, undefined);
      const text = JSON.stringify({ errors: errors.map((each) => format(each.toJSON(), each)) });
      if (error instanceof SchemaReloaded) {
        // Its client comes back by itself, and goes on where it can.
        void events.next(text, error.cursor);
        return events.sendAway(error.retryAfterMs);
      }
      void events.next(text, undefined);
      events.complete();
    } finally {
      open.delete(events);
      metrics.openEventStreams.dec();
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
    metrics.openEventStreams.inc();
    return events;
  }

  async function answer(request: FastifyRequest, events: EventWriter): Promise<void> {
    const context = await contextOf(request, options.entrance);
    const result = await start(askedIn(request), context, { subscriptionsOnly: request.method === 'GET' });
    if (!(Symbol.asyncIterator in result)) {
      void events.next(resultText(result), undefined);
      return events.complete();
    }
    await tell(result, events, context.token?.expiresAt ?? null);
  }

  async function tell(answers: Answers, events: EventWriter, until: Date | null): Promise<void> {
    events.onClose(() => void answers.return());
    const expiry = until && setTimeout(() => events.complete(), Math.min(2 ** 31 - 1, until.getTime() - Date.now()));
    try {
      for await (const result of answers) {
        await events.next(resultText(result), result.extensions?.cursor);
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
  return { token: null, client, app: clientAppOf(raw.headers), idempotencyKey: null };
}

/** The last event's id, which an EventSource sends by itself, is a cursor. */
function askedIn({ method, url, body, headers }: FastifyRequest): AskedOperation {
  const asked = method === 'GET' ? operationInSearch(url.slice(url.indexOf('?') + 1)) : operationInBody(body);
  const cursor = headers['last-event-id'];
  return cursor ? { ...asked, extensions: { ...(asked.extensions as object | undefined), cursor } } : asked;
}
