import type { RedisConnection } from '@shop/redis';

/** Whose refresh token it is; `family` is the session all tokens since the sign-in belong to. */
export interface TokenOwner {
  userId: string;
  family: string;
}

/**
 * Saves refreshSession a read. It never decides anything: whether a token is still good is what the one conditional
 * UPDATE in MySQL says, so a stale or lost entry costs time alone.
 */
export interface SessionCache {
  remember(tokenHash: string, owner: TokenOwner): Promise<void>;
  recall(tokenHash: string): Promise<TokenOwner | null>;
  forget(tokenHash: string): Promise<void>;
}

export function createSessionCache(redis: RedisConnection, lifetimeDays: number): SessionCache {
  const keyOf = (tokenHash: string) => `session:{${tokenHash}}`;
  const lifetimeMs = lifetimeDays * 86_400_000;

  return {
    async remember(tokenHash, { userId, family }) {
      const expiresAt = new Date(Date.now() + lifetimeMs).toISOString();
      const write = redis.multi().hset(keyOf(tokenHash), { userId, family, expiresAt });
      await unlessAway(write.pexpire(keyOf(tokenHash), lifetimeMs).exec());
    },
    async recall(tokenHash) {
      const { userId, family } = (await unlessAway(redis.hgetall(keyOf(tokenHash)))) ?? {};
      return userId !== undefined && family !== undefined ? { userId, family } : null;
    },
    async forget(tokenHash) {
      await unlessAway(redis.del(keyOf(tokenHash)));
    },
  };
}

function unlessAway<T>(answer: Promise<T>): Promise<T | null> {
  return answer.catch(() => null);
}
