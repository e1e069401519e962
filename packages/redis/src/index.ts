export { connectRedis } from './connect-redis.ts';
export {
  createDailyTallies,
  type DailyTallies,
  type DailyTally,
  type Tally,
} from './daily-tally.ts';
export { acquireLock, type Lock } from './lock.ts';
export { createReadThroughCache, type ReadThroughCache, type ReadThroughCacheOptions } from './read-through-cache.ts';
export { createRecentWrites } from './recent-writes.ts';
export type { RedisConnection } from './redis-connection.ts';
export { createReplayCache, type ReplayCache } from './replay-cache.ts';
export { defineScript, runScript, type Script } from './script.ts';
export {
  createTokenBucket,
  type ReservedTokens,
  type Taken,
  type TokenBucket,
  type TokenBucketOptions,
} from './token-bucket.ts';
