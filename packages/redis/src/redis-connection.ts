import type { Cluster, Redis, RedisCommander } from 'ioredis';

type Client = Redis | Cluster;

/**
 * A connection to one Redis or to a cluster, which outlives every outage: commands fail fast while it lasts. One command,
 * or script, may name only keys that are sure to live together: `isCluster` says whether others may live apart.
 */
export interface RedisConnection extends RedisCommander {
  readonly isCluster: boolean;
  readonly status: Client['status'];
  multi(): ReturnType<Client['multi']>;
  /** 'ready' comes at the start and after every outage, also of a part of a cluster. */
  on(event: 'ready', listener: () => void): unknown;
  /** Says null when commands can be sent, else why they can't. */
  ready(): string | null;
  /**
   * Whether the server with this `run_id` (INFO) is the one that answers, or a primary of the cluster; null while it may
   * be one that has not told its id yet. A server that was started again, or took over, has another than the one before.
   */
  isServedBy(runId: string): boolean | null;
  /** Waits for the commands in flight, then closes for good. */
  close(): Promise<void>;
}
