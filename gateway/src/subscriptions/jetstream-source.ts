import { JetStreamApiError, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { ServiceUnavailable } from '@shop/kernel';
import { type Logger, waitUntilThere } from '@shop/service-kit';
import type { EventSource } from './event-source.ts';
import { openJetStreamConsumer } from './jetstream-consumer.ts';

const STREAM_NOT_FOUND = 10_059;
const ASK_TIMEOUT_MS = 2_000;

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
    lastSequence: (stream) => ask(async ({ streams }) => (await streams.info(stream)).state.last_seq),
    listen: (stream, filter, listener) =>
      ask(async ({ streams }, connected) => {
        const { last_seq: after } = (await streams.info(stream)).state;
        return openJetStreamConsumer({ client: jetstream(connected), stream, filter, after, listener, log });
      }),
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
