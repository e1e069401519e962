import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, headers } from '@nats-io/transport-node';
import { type Client, createClient, type FormattedExecutionResult } from 'graphql-ws';
import { WebSocket } from 'ws';

type Result = FormattedExecutionResult<Record<string, unknown>, unknown>;

/** A broker's stream as a subgraph would fill it. */
export async function openStream(url: string) {
  const connection = await connect({ servers: url, maxReconnectAttempts: -1, reconnectTimeWait: 100 });
  const manager = await jetstreamManager(connection);
  return {
    create: () => manager.streams.add({ name: 'BOOKS', subjects: ['book.*.*'] }),
    /** The stream and all it held is gone. */
    lose: () => manager.streams.delete('BOOKS'),
    /** As old messages go, up to this sequence. */
    forget: (sequence: number) => manager.streams.purge('BOOKS', { seq: sequence + 1 }),
    last: async () => (await manager.streams.info('BOOKS')).state.last_seq,
    consumers: async () => (await manager.streams.info('BOOKS')).state.consumer_count,
    async publish(subject: string, data: Record<string, unknown>, { header, ...said }: Said = {}): Promise<Published> {
      const event = { id: crypto.randomUUID(), time: new Date().toISOString(), ...said };
      const marks = headers();
      if (header) marks.set(header, 'set');
      // What is published again on purpose is not taken for a repetition by the broker.
      const msgID = header === undefined ? event.id : crypto.randomUUID();
      await jetstream(connection).publish(subject, JSON.stringify({ ...event, data }), { headers: marks, msgID });
      return event;
    },
    close: () => connection.close(),
  };
}

/** What an event says of itself. */
export interface Published {
  id: string;
  time: string;
}

type Said = Partial<Published> & { header?: string };

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
    cursor,
    retry = 0,
  }: { variables?: Record<string, unknown>; params?: Record<string, unknown>; cursor?: unknown; retry?: number } = {},
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
    { query, variables, ...(cursor !== undefined && { extensions: { cursor } }) },
    { next: (result) => results.push(result), error: (error) => errors.push(error), complete: () => {} },
  );
  return { client, results, errors, closed, leave };
}
