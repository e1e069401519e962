import { type Logger, reasonOf } from '@shop/service-kit';
import { Redis } from 'ioredis';
import { ClusterConnection, isClusterUrl } from './cluster-connection.ts';
import type { RedisConnection } from './redis-connection.ts';
import { createRunIds } from './run-ids.ts';

/** Without a byte for so long while commands are in flight, a server hangs. */
const silenceMs = 500;
const lookEveryMs = 100;
/** How long a command may wait for its turn with a server that answers others. */
const commandTimeoutMs = 2_000;
/** How long a starting process waits for Redis before it goes on without. */
const firstConnectionMs = 1_000;
const longestPauseMs = 1_000;

/**
 * A connection that outlives every outage of Redis: commands fail fast while it is away, and it reconnects for ever. A
 * server that hangs is away as well: its silence ends the connection, after half a second, and until it has greeted a new
 * one, which is tried every second or so, commands fail at once.
 */
class SingleConnection extends Redis implements RedisConnection {
  private lastError: string | null = null;
  private outageSince: number | null = null;
  private inFlight = 0;
  private isWatched = false;
  private readonly runIds = createRunIds();

  constructor(url: string, log: Logger) {
    super(url, {
      lazyConnect: true,
      enableOfflineQueue: false,
      // A command whose connection broke may have run: sending it again is for its caller to decide.
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      commandTimeout: commandTimeoutMs,
      connectTimeout: 2_000,
      retryStrategy: (attempt) => Math.min(25 * 2 ** Math.min(attempt, 10), longestPauseMs) * (0.5 + Math.random() / 2),
      // After a failover the old primary answers READONLY; only a new connection finds the new one.
      reconnectOnError: (error) => error.message.startsWith('READONLY'),
    });
    this.on('error', (error: Error) => {
      this.lastError = reasonOf(error);
      this.outageBegins(log);
    });
    this.on('reconnecting', () => this.outageBegins(log));
    this.on('ready', () => this.outageEnds(log));
    this.runIds.follow(this);
  }

  /** Every command passes here, also those that greet a server. */
  override sendCommand(...sent: Parameters<Redis['sendCommand']>): unknown {
    if (this.stream) gather(this.stream);
    const answer = super.sendCommand(...sent);
    this.inFlight++;
    const landed = () => {
      this.inFlight--;
    };
    sent[0].promise.then(landed, landed);
    if (!this.isWatched && this.stream) this.watchOver(this.stream);
    return answer;
  }

  ready(): string | null {
    return this.status === 'ready' ? null : `Redis is away (${this.lastError ?? this.status})`;
  }

  isServedBy(runId: string): boolean | null {
    return this.runIds.reach(runId, [this]);
  }

  async close(): Promise<void> {
    if (this.status === 'ready') await this.quit().catch(() => undefined);
    this.disconnect();
  }

  /** Goes on for as long as commands are in flight. */
  private watchOver(stream: Redis['stream'], silentForMs = 0): void {
    this.isWatched = true;
    const { bytesRead } = stream;
    const look = () => {
      this.isWatched = false;
      if (this.inFlight === 0) return;
      if (stream !== this.stream || stream.bytesRead !== bytesRead) return this.watchOver(this.stream);
      if (silentForMs + lookEveryMs < silenceMs) return this.watchOver(stream, silentForMs + lookEveryMs);
      stream.destroy(new Error(`no answer within ${silenceMs} ms`));
    };
    // A process that was busy itself for so long reads first what has come meanwhile.
    setTimeout(() => setImmediate(look), lookEveryMs).unref();
  }

  private outageBegins(log: Logger): void {
    if (this.outageSince !== null || this.status === 'end') return;
    this.outageSince = Date.now();
    log.warn({ reason: this.lastError ?? 'connection closed' }, 'Redis is away; going on without it');
  }

  private outageEnds(log: Logger): void {
    if (this.outageSince !== null) log.info({ outageMs: Date.now() - this.outageSince }, 'Redis is back');
    this.outageSince = null;
    this.lastError = null;
  }
}

/** What is sent in one turn of the event loop leaves in one write: a system call costs more than its command. */
function gather(stream: Redis['stream']): void {
  if (stream.writableCorked > 0) return;
  stream.cork();
  setImmediate(() => stream.uncork());
}

/**
 * Connects to `redis://…`, or to a cluster at `redis-cluster://…,…`; never throws because Redis is away: it comes back
 * after a second at most and connects when it can.
 */
export async function connectRedis({ url, log }: { url: string; log: Logger }): Promise<RedisConnection> {
  const redis = isClusterUrl(url) ? new ClusterConnection(url, log) : new SingleConnection(url, log);
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, firstConnectionMs);
  });
  // A failed first attempt is already told by the 'error' event and retried like any other.
  await Promise.race([redis.connect().catch(() => undefined), patience]);
  clearTimeout(timer);
  return redis;
}
