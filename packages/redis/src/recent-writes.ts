import { BoundedMap } from '@shop/kernel';
import type { RedisConnection } from './redis-connection.ts';
import { defineScript, runScript } from './script.ts';

const hasScript = defineScript<number>('recent-writes', new URL('../src/recent-writes.lua', import.meta.url), 2);

/** Who has changed something lately: `{wrote-since}:<userId>`, for so many seconds after the change. */
export interface RecentWrites {
  /** This process knows at once, the others when it resolves; never throws. */
  note(userId: string): Promise<void>;
  /** True as well when nobody can tell: Redis is away, or what was noted there may have been lost; never throws. */
  has(userId: string): Promise<boolean>;
}

const REMEMBERED_HERE = 100_000;
/** When Redis, by its own clock, began to remember: one that was emptied knows of nobody who wrote before. */
const SINCE = 'wrote-since';
/** In a cluster beside SINCE, so that both are lost together. */
const noteKey = (userId: string) => `{${SINCE}}:${userId}`;

/** Creates the memory that all processes share; an outage of Redis makes it see a writer in everybody, never in nobody. */
export function createRecentWrites({
  redis,
  keptSeconds,
}: {
  redis: RedisConnection;
  keptSeconds: number;
}): RecentWrites {
  const keptMs = keptSeconds * 1_000;
  const writtenHere = new BoundedMap<string, true>(REMEMBERED_HERE, { ttlMs: keptMs });
  const unsaved = new Map<string, number>();
  let trustedFrom = 0;

  async function save(userId: string): Promise<void> {
    try {
      await redis.set(noteKey(userId), '1', 'EX', keptSeconds);
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

  return {
    note(userId) {
      writtenHere.set(userId, true);
      return save(userId);
    },
    async has(userId) {
      if (writtenHere.get(userId) || performance.now() < trustedFrom) return true;
      try {
        return (await runScript(redis, hasScript, [noteKey(userId), SINCE], [keptMs])) === 1;
      } catch {
        return true;
      }
    },
  };
}
