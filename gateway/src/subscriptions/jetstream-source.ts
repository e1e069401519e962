import { JetStreamApiError, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { ServiceUnavailable } from '@shop/kernel';
import { type Logger, waitUntilThere } from '@shop/service-kit';
import type { EventSource, Page, StreamPosition } from './event-source.ts';
import { openJetStreamConsumer } from './jetstream-consumer.ts';
import { readPage } from './jetstream-reader.ts';
import { sharedAnswers } from './shared-answers.ts';

const STREAM_NOT_FOUND = 10_059;
const ASK_TIMEOUT_MS = 2_000;
/** What clients have missed is read by so many at once. */
const READERS = 16;

/** Connects in the background and for ever: operations that need no events are served with or without NATS. */
export function createJetStreamSource(url: string, log: Logger): EventSource {
  const stopping = new AbortController();
  let connection: NatsConnection | null = null;
  let isThere = false;

  const connecting = waitUntilThere(
    'NATS',
    () => connect({ servers: url, name: 'gateway', maxReconnectAttempts: -1 }),
    {
      log,
      signal: stopping.signal,
    },
  )
    .then((connected) => {
      connection = connected;
      isThere = true;
      void follow(connected);
    })
    // Only an abort ends the waiting, and then nobody asks any more.
    .catch(() => {});

  async function follow(connected: NatsConnection): Promise<void> {
    for await (const { type } of connected.status()) {
      if (type !== 'disconnect' && type !== 'reconnect') continue;
      isThere = type === 'reconnect';
      log[isThere ? 'info' : 'warn'](isThere ? 'NATS is back.' : 'NATS is away; subscriptions wait for it.');
    }
  }

  async function ask<T>(work: (manager: JetStreamManager, connected: NatsConnection) => Promise<T>): Promise<T> {
    try {
      if (connection === null || !isThere) throw new Error('NATS is away.');
      return await work(await jetstreamManager(connection, { timeout: ASK_TIMEOUT_MS, checkAPI: false }), connection);
    } catch (error) {
      throw new ServiceUnavailable('Events are not available right now. Try again shortly.', { cause: error });
    }
  }

  const positions = sharedAnswers<StreamPosition>();
  const pages = sharedAnswers<Page>({ atOnce: READERS });

  return {
    hasStream: (stream) =>
      ask(async ({ streams }) => {
        try {
          await streams.info(stream);
          return true;
        } catch (error) {
          if (error instanceof JetStreamApiError && error.code === STREAM_NOT_FOUND) return false;
          throw error;
        }
      }),
    position: (stream) => positions(stream, () => ask((manager) => positionOf(manager, stream))),
    listen: (stream, filter, listener) =>
      ask((manager, connected) =>
        openJetStreamConsumer({ client: jetstream(connected), manager, stream, filter, listener, log }),
      ),
    read: (stream, filter, after) =>
      pages(`${stream} ${filter} ${after}`, () =>
        ask(async (manager, connected) => {
          const { created } = await manager.streams.info(stream);
          return readPage({ client: jetstream(connected), stream, created, filter, after, log });
        }),
      ),
    outage() {
      if (connection === null) return 'NATS has not been reached yet';
      return isThere ? null : 'NATS is away';
    },
    async close() {
      stopping.abort();
      await connecting;
      await connection?.close();
    },
  };
}

async function positionOf({ streams }: JetStreamManager, stream: string): Promise<StreamPosition> {
  const { created, state } = await streams.info(stream);
  const { first_seq: firstSequence, last_seq: lastSequence } = state;
  return { created, firstSequence, lastSequence, lastTime: lastSequence > 0 ? Date.parse(state.last_ts) : Date.now() };
}
