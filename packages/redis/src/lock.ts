import { newId } from '@shop/kernel';
import type { RedisConnection } from './redis-connection.ts';
import { defineScript, runScript } from './script.ts';

const releaseScript = defineScript<number>('lock-release', new URL('../src/lock-release.lua', import.meta.url), 1);
const extendScript = defineScript<number>('lock-extend', new URL('../src/lock-extend.lua', import.meta.url), 1);

/** A lock in Redis: it keeps two processes from doing the same work, and nothing may break when it is lost early. */
export interface Lock {
  readonly key: string;
  readonly owner: string;
  /** Begins the lifetime anew; false when the lock was lost meanwhile, or Redis can't be asked. */
  extend(ttlMs: number): Promise<boolean>;
  /** Gives the lock back if it is still ours; never throws: a lock that can't be given back ends with its lifetime. */
  release(): Promise<boolean>;
}

/** Takes the lock, or answers null when somebody has it; throws when Redis is away. */
export async function acquireLock(redis: RedisConnection, key: string, ttlMs: number): Promise<Lock | null> {
  const owner = newId();
  if ((await redis.set(key, owner, 'PX', ttlMs, 'NX')) !== 'OK') return null;
  const stillOurs = (answer: Promise<number>): Promise<boolean> =>
    answer.then(
      (changed) => changed === 1,
      () => false,
    );
  return {
    key,
    owner,
    extend: (newTtlMs) => stillOurs(runScript(redis, extendScript, [key], [owner, newTtlMs])),
    release: () => stillOurs(runScript(redis, releaseScript, [key], [owner])),
  };
}
