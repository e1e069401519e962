import type { RedisConnection } from './redis-connection.ts';

const KEPT_SECONDS = 86_400;

interface Remembered {
  /** Of the request: another one under the same key is a reuse. */
  fingerprint: string;
  answer: object;
}

/** Answers that were given under an idempotency key, for a day: `idempotency:<service>:{<userId>}:<key>`. */
export interface ReplayCache {
  /** Null when it does not know; never throws. */
  find(userId: string, key: string): Promise<Remembered | null>;
  /** To be called after the commit of what is remembered; never throws. */
  remember(userId: string, key: string, remembered: Remembered): Promise<void>;
}

/** Creates the fast path in front of the rows that decide; with Redis away it knows nothing and costs nothing. */
export function createReplayCache({ redis, service }: { redis: RedisConnection; service: string }): ReplayCache {
  const nameOf = (userId: string, key: string) => `idempotency:${service}:{${userId}}:${key}`;
  return {
    async find(userId, key) {
      try {
        const text = await redis.get(nameOf(userId, key));
        return text === null ? null : (JSON.parse(text) as Remembered);
      } catch {
        return null;
      }
    },
    async remember(userId, key, remembered) {
      await redis.set(nameOf(userId, key), JSON.stringify(remembered), 'EX', KEPT_SECONDS).catch(() => undefined);
    },
  };
}
