import { setTimeout as pause } from 'node:timers/promises';
import { type Logger, reasonOf } from '@shop/service-kit';
import { Cluster, type Redis } from 'ioredis';
import type { RedisConnection } from './redis-connection.ts';
import { createRunIds } from './run-ids.ts';

const commandTimeoutMs = 500;
const silenceMs = 1_000;
const longestPauseMs = 1_000;
/** How often a cluster that lacks a primary is asked who took its place. */
const watchEveryMs = 100;
const slotsRefreshMs = 5_000;

/** Whether an address names a cluster: `redis-cluster://` or, with TLS, `rediss-cluster://`. */
export function isClusterUrl(url: string): boolean {
  return /^rediss?-cluster:/.test(url);
}

/**
 * A connection to a cluster. Nothing is sent twice but what a node has refused to run (MOVED, ASK). When a primary is
 * lost, its slots fail at once and the others go on; the replica that takes over is found within moments.
 */
export class ClusterConnection extends Cluster implements RedisConnection {
  private readonly log: Logger;
  private outage: { since: number; reason: string } | null = null;
  private isClosing = false;
  private readonly runIds = createRunIds();

  constructor(url: string, log: Logger) {
    const { nodes, ...access } = nodesOf(url);
    super(nodes, {
      lazyConnect: true,
      scaleReads: 'master',
      slotsRefreshInterval: slotsRefreshMs,
      // A command whose connection broke may have run: sending it again is for its caller to decide.
      retryDelayOnFailover: 0,
      retryDelayOnClusterDown: 0,
      clusterRetryStrategy: (attempt) =>
        Math.min(25 * 2 ** Math.min(attempt, 10), longestPauseMs) * (0.5 + Math.random() / 2),
      redisOptions: {
        ...access,
        autoResendUnfulfilledCommands: false,
        maxRetriesPerRequest: 0,
        commandTimeout: commandTimeoutMs,
        socketTimeout: silenceMs,
        connectTimeout: silenceMs,
      },
    });
    this.log = log;
    this.on('error', (error: Error) => this.outageBegins(reasonOf(error)));
    this.on('close', () => this.outageBegins('connection closed'));
    this.on('node error', (error: Error, address: string) => {
      if (this.isPrimary(address)) this.outageBegins(`${address}: ${reasonOf(error)}`);
    });
    this.on('+node', (node: Redis) => this.runIds.follow(node));
    this.on('-node', (node: Redis) => {
      if (this.isPrimary(addressOf(node))) this.outageBegins(`${addressOf(node)}: connection closed`);
    });
    // A primary without a connection could be lost, and emptied, unnoticed.
    this.on('refresh', () => {
      for (const node of this.nodes('master')) if (node.status === 'wait') node.connect().catch(() => undefined);
    });
  }

  /** Every command passes here. What cannot be sent now is refused, for nothing may wait here and be sent later. */
  override sendCommand(...sent: Parameters<Cluster['sendCommand']>): unknown {
    const [command] = sent;
    // ioredis itself asks for CLUSTER INFO before it is ready.
    if (command.name !== 'cluster' && !this.canSend(command.getSlot())) {
      command.reject(new Error(this.ready() ?? 'Redis is away'));
      return command.promise;
    }
    return super.sendCommand(...sent);
  }

  ready(): string | null {
    if (this.outage === null && this.status === 'ready') return null;
    return `Redis is away (${this.outage?.reason ?? this.status})`;
  }

  isServedBy(runId: string): boolean | null {
    return this.runIds.reach(runId, this.nodes('master'));
  }

  async close(): Promise<void> {
    this.isClosing = true;
    if (this.status !== 'ready') return this.disconnect();
    await this.quit().catch(() => this.disconnect());
  }

  private canSend(slot: number | null): boolean {
    if (this.status !== 'ready' || this.nodes().length === 0) return false;
    if (this.outage === null || slot === null) return true;
    const [address] = this.slots[slot] ?? [];
    return this.nodes('master').some((node) => addressOf(node) === address && node.status === 'ready');
  }

  private isPrimary(address: string): boolean {
    return this.slots.some(([primary]) => primary === address);
  }

  private outageBegins(reason: string): void {
    if (this.outage !== null || this.isClosing) return;
    this.outage = { since: Date.now(), reason };
    this.log.warn({ reason }, 'Redis is away; going on without it');
    void this.waitUntilWhole(this.outage);
  }

  private async waitUntilWhole({ since }: { since: number }): Promise<void> {
    do {
      await pause(watchEveryMs, undefined, { ref: false });
      if (this.isClosing) return;
    } while (this.status !== 'ready' || !(await this.isWhole()));
    this.outage = null;
    this.log.info({ outageMs: Date.now() - since }, 'Redis is back');
    this.emit('ready');
  }

  /** Whether every slot has a primary that answers. Asking for the slots is also how a new primary becomes known. */
  private async isWhole(): Promise<boolean> {
    await new Promise<void>((resolve) => this.refreshSlotsCache(() => resolve()));
    const states = this.nodes('master').map((node) => node.cluster('INFO').catch(() => ''));
    const answers = await Promise.all(states);
    return answers.length > 0 && answers.every((answer) => String(answer).includes('cluster_state:ok'));
  }
}

function addressOf(node: Redis): string {
  return `${node.options.host}:${node.options.port}`;
}

/** Reads `redis-cluster://user:password@host:port,host:port`: a few nodes, by which the others are found. */
function nodesOf(url: string) {
  const [scheme = '', rest = ''] = url.split('://');
  const [first = '', ...others] = rest.split(',');
  const { username, password } = new URL(`redis://${first}`);
  const nodes = [first, ...others].map((each) => {
    const { hostname, port } = new URL(`redis://${each}`);
    return { host: hostname, port: Number(port || 6379) };
  });
  return {
    nodes,
    ...(username !== '' && { username: decodeURIComponent(username) }),
    ...(password !== '' && { password: decodeURIComponent(password) }),
    ...(scheme.startsWith('rediss') && { tls: {} }),
  };
}
