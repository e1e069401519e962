import { BoundedMap } from '@shop/kernel';
import type { Metrics } from '@shop/service-kit';
import type { RedisConnection } from './redis-connection.ts';
import { defineScript, runScript } from './script.ts';

const takeScript = defineScript<number>('token-bucket', new URL('../src/token-bucket.lua', import.meta.url), 1);

/** How fast a bucket fills and how much it holds. */
export interface TokenBucketOptions {
  /** Label of its metric. */
  name: string;
  /** Null where there is none: every process counts for itself then, as it does while Redis is away. */
  redis: RedisConnection | null;
  perSecond: number;
  burst: number;
  metrics: Metrics;
}

/** Allowed, or not before `retryAfterMs`. */
export type Taken = { allowed: true } | { allowed: false; retryAfterMs: number };

/** Tokens taken before it is known whether they are needed: to be claimed or given back. */
export interface ReservedTokens {
  /** They are needed: says whether they were there, and counts the request. */
  claim(): Taken;
  /** They are not: the bucket is as if nobody had asked, and nothing is counted. Returns at once, and never throws. */
  giveBack(): void;
}

/** A token bucket per scope (`issueCoupon:user:<id>`), shared by all processes through Redis under `rate:{<scope>}`. */
export interface TokenBucket {
  /** Takes tokens from the scope's bucket, one unless told, all of them or none; never throws. */
  take(scope: string, tokens?: number): Promise<Taken>;
  /** The same for a caller who learns only later whether they are needed; its command is sent before this returns. */
  reserve(scope: string, tokens?: number): Promise<ReservedTokens>;
}

/** Creates token buckets; while Redis is away every process counts for itself, so nobody is refused for an outage. */
export function createTokenBucket({ name, redis, perSecond, burst, metrics }: TokenBucketOptions): TokenBucket {
  const windowMs = Math.ceil((burst / perSecond) * 1_000);
  const takes = metrics.counter('shop_rate_limit_total', 'Tokens asked for', ['limit', 'outcome', 'counted']);
  const insurance = new BoundedMap<string, { tokens: number; at: number }>(50_000, { ttlMs: 2 * windowMs });

  function takeHere(scope: string, wanted: number): number {
    const now = performance.now();
    const before = insurance.get(scope) ?? { tokens: burst, at: now };
    const tokens = Math.min(burst, before.tokens + ((now - before.at) * perSecond) / 1_000);
    if (tokens < wanted) return Math.ceil(((wanted - tokens) * 1_000) / perSecond);
    insurance.set(scope, { tokens: Math.min(burst, tokens - wanted), at: now });
    return 0;
  }

  async function takeThere(scope: string, wanted: number): Promise<number | null> {
    if (redis === null) return null;
    const args = [perSecond, burst, wanted, 2 * windowMs];
    return runScript(redis, takeScript, [`rate:{${scope}}`], args).catch(() => null);
  }

  async function reserve(scope: string, wanted = 1): Promise<ReservedTokens> {
    const there = await takeThere(scope, wanted);
    const retryAfterMs = there ?? takeHere(scope, wanted);
    const allowed = retryAfterMs === 0;
    return {
      claim() {
        const counted = there === null ? 'process' : 'redis';
        takes.inc({ limit: name, outcome: allowed ? 'allowed' : 'limited', counted });
        return allowed ? { allowed } : { allowed, retryAfterMs };
      },
      giveBack() {
        if (!allowed) return;
        // To where they came from. Nobody waits: what this process asks for next comes to Redis behind it.
        if (there === null) takeHere(scope, -wanted);
        else void takeThere(scope, -wanted);
      },
    };
  }

  return {
    reserve,
    take: async (scope, wanted) => (await reserve(scope, wanted)).claim(),
  };
}
