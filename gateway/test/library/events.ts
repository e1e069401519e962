import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { type Client, createClient, type FormattedExecutionResult } from 'graphql-ws';
import { WebSocket } from 'ws';

type Result = FormattedExecutionResult<Record<string, unknown>, unknown>;

/** A broker's stream as a subgraph would fill it. */
export async function openStream(url: string) {
  const connection = await connect({ servers: url, maxReconnectAttempts: -1, reconnectTimeWait: 100 });
  const manager = await jetstreamManager(connection);
  return {
    create: () => manager.streams.add({ name: 'BOOKS', subjects: ['book.*.*'] }),
    consumers: async () => (await manager.streams.info('BOOKS')).state.consumer_count,
    async publish(subject: string, data: Record<string, unknown>) {
      await jetstream(connection).publish(subject, JSON.stringify({ id: crypto.randomUUID(), data }));
    },
    close: () => connection.close(),
  };
}

export type BookStream = Awaited<ReturnType<typeof openStream>>;

export interface Subscriber {
  client: Client;
  results: Result[];
  /** What the server refused with, or what ended the subscription. */
  errors: unknown[];
  closed: { code: number; reason: string }[];
  leave(): void;
}

/** Subscribes with the real client; it does not reconnect by itself. */
export function subscribe(
  url: string,
  query: string,
  {
    variables,
    params,
    retry = 0,
  }: { variables?: Record<string, unknown>; params?: Record<string, unknown>; retry?: number } = {},
): Subscriber {
  const results: Result[] = [];
  const errors: unknown[] = [];
  const closed: { code: number; reason: string }[] = [];
  const client = createClient({
    url: url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    retryAttempts: retry,
    connectionParams: params,
    on: { closed: (event) => closed.push(event as { code: number; reason: string }) },
  });
  const leave = client.subscribe(
    { query, variables },
    { next: (result) => results.push(result), error: (error) => errors.push(error), complete: () => {} },
  );
  return { client, results, errors, closed, leave };
}
