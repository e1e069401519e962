import type { Redis } from 'ioredis';
import { createBoundedMap } from './bounded-map.ts';

/** Who has changed something lately: `wrote:{<userId>}`, for so many seconds after the change. */
export interface RecentWrites {
  /** This process knows at once, the others when it resolves; never throws. */
  note(userId: string): Promise<void>;
  /** True as well when nobody can tell: Redis is away, or what was noted there may have been lost; never throws. */
  has(userId: string): Promise<boolean>;
}

const REMEMBERED_HERE = 100_000;
/** When Redis, by its own clock, began to remember: one that was emptied knows of nobody who wrote before. */
const SINCE = 'wrote-since';

/** Creates the memory that all processes share; an outage of Redis makes it see a writer in everybody, never in nobody. */
export function createRecentWrites({ redis, keptSeconds }: { redis: Redis; keptSeconds: number }): RecentWrites {
  const keptMs = keptSeconds * 1_000;
  const writtenHere = createBoundedMap<true>({ maxEntries: REMEMBERED_HERE, ttlMs: keptMs });
  const unsaved = new Map<string, number>();
  let trustedFrom = 0;

  async function save(userId: string): Promise<void> {
    try {
      await redis.set(`wrote:{${userId}}`, '1', 'EX', keptSeconds);
      unsaved.delete(userId);
    } catch {
      unsaved.delete(userId);
      unsaved.set(userId, performance.now() + keptMs);
      for (const [other, until] of unsaved) {
        if (until > performance.now()) break;
        unsaved.delete(other);
      }
    }
  }

  // Other processes were away from Redis as well, and what they could not note there they are noting now.
  redis.on('ready', () => {
    trustedFrom = performance.now() + keptMs;
    for (const userId of [...unsaved.keys()]) void save(userId);
  });

  async function hasForgotten(since: string | null, nowMs: number): Promise<boolean> {
    if (since !== null) return nowMs - Number(since) < keptMs;
    await redis.set(SINCE, Math.ceil(nowMs), 'NX');
    return true;
  }

  return {
    note(userId) {
      writtenHere.set(userId, true);
      return save(userId);
    },
    async has(userId) {
      if (writtenHere.get(userId) || performance.now() < trustedFrom) return true;
      try {
        const [wrote, since, [seconds, microseconds]] = await Promise.all([
          redis.exists(`wrote:{${userId}}`),
          redis.get(SINCE),
          redis.time(),
        ]);
        return wrote === 1 || (await hasForgotten(since, Number(seconds) * 1_000 + Number(microseconds) / 1_000));
      } catch {
        return true;
      }
    },
  };
}
