import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { type Logger, reasonOf, waitUntilThere } from '@shop/service-kit';

/** The connection of a process to NATS: commands and signals over core NATS, events over JetStream. */
export interface Bus {
  readonly connection: NatsConnection;
  readonly stream: JetStreamClient;
  readonly admin: JetStreamManager;
  readonly log: Logger;
  /** Null when messages can be sent, otherwise why not. */
  ready(): string | null;
  /** Calls back after every reconnect: the server may have come back without what it had. */
  onReconnect(callback: () => void): void;
  /** Lets what is under way finish, at most `DRAIN_MS`. */
  close(): Promise<void>;
}

const DRAIN_MS = 5_000;

/** Where NATS is, and under which name this process is seen there. */
export interface BusOptions {
  url: string;
  /** What `nats server report` shows for the connection. */
  name: string;
  log: Logger;
  /** Ends the waiting for a server that is not there. */
  signal?: AbortSignal;
}

/** Connects to NATS: waits for it at start with a log line, and reconnects for ever. Rejects only when the signal aborts. */
export async function connectBus({ url, name, log, signal }: BusOptions): Promise<Bus> {
  const patience = { log, ...(signal !== undefined && { signal }) };
  const connection = await waitUntilThere('NATS', () => connect(optionsFor(url, name)), patience);
  const reconnected: (() => void)[] = [];
  let away: string | null = null;
  void watch();

  async function watch(): Promise<void> {
    for await (const status of connection.status()) {
      if (status.type === 'disconnect' || status.type === 'staleConnection') {
        if (away === null) log.warn('NATS is away, reconnecting.');
        away = 'NATS is away.';
      } else if (status.type === 'reconnect') {
        away = null;
        log.info('NATS is back.');
        for (const callback of reconnected) callback();
      } else if (status.type === 'error') {
        log.error({ err: status.error }, 'NATS reports an error.');
      }
    }
    away = 'The connection to NATS is closed.';
  }

  return {
    connection,
    stream: jetstream(connection),
    admin: await jetstreamManager(connection, { checkAPI: false }),
    log,
    ready: () => away,
    onReconnect: (callback) => void reconnected.push(callback),
    close: () => drain(connection, away === null, log),
  };
}

function optionsFor(url: string, name: string) {
  return {
    servers: url.split(','),
    name,
    timeout: 3_000,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    reconnectJitter: 250,
    // Credentials may be rotated under a running process.
    ignoreAuthErrorAbort: true,
    // A server that hangs is noticed after three of these, rather than after six minutes.
    pingInterval: 5_000,
    maxPingOut: 2,
    // Stacks of where each request began cost more than the request.
    noAsyncTraces: true,
  };
}

async function drain(connection: NatsConnection, connected: boolean, log: Logger): Promise<void> {
  if (connection.isClosed()) return;
  const late = setTimeout(() => void connection.close(), DRAIN_MS);
  try {
    // There is nothing to drain to while the server is away.
    await (connected ? connection.drain() : connection.close());
  } catch (error) {
    log.warn({ reason: reasonOf(error) }, 'NATS was left without draining.');
    await connection.close();
  } finally {
    clearTimeout(late);
  }
}
