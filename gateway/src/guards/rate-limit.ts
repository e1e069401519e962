import { createTokenBucket, type RedisConnection, type TokenBucket } from '@shop/redis';
import { type Metrics, networkOf } from '@shop/service-kit';
import type { Rate, RateLimits } from './rate-limit-settings.ts';
import type { Refusal } from './refusal.ts';

/** Whom a request is counted for. */
export interface Caller {
  /** Null for an anonymous viewer. */
  viewerId: string | null;
  address: string;
}

export interface RateLimiter {
  /** Counts a request before it is known who asks. */
  refuseAddress(address: string): Promise<Refusal | null>;
  /** Counts a request of somebody who is signed in. */
  refuseViewer(caller: Caller): Promise<Refusal | null>;
  /** Counts the fields of Mutation an operation runs, each as often as it runs. */
  refuseMutations(caller: Caller, fields: readonly string[]): Promise<Refusal | null>;
}

export interface RateLimiterOptions {
  /** Null where there is none: then, and while it is away, every gateway counts for itself and nobody is refused for that. */
  redis: RedisConnection | null;
  metrics: Metrics;
}

/** RATE_LIMITS: token buckets that all gateways share through Redis. How each was counted is in `shop_rate_limit_total`. */
export function createRateLimiter(limits: RateLimits, { redis, metrics }: RateLimiterOptions): RateLimiter {
  const bucket = (name: string, rate: Rate): TokenBucket => createTokenBucket({ name, redis, ...rate, metrics });
  const ofViewer = limits.viewer && bucket('viewer', limits.viewer);
  const ofAddress = limits.ip && bucket('ip', limits.ip);
  const ofMutation = new Map([...limits.mutations].map(([field, rate]) => [field, bucket(`mutation.${field}`, rate)]));

  return {
    refuseAddress: async (address) => ofAddress && refusedBy(ofAddress, `gateway:ip:${networkOf(address)}`),
    refuseViewer: async ({ viewerId }) =>
      ofViewer && viewerId !== null ? refusedBy(ofViewer, `gateway:viewer:${viewerId}`) : null,
    async refuseMutations(caller, fields) {
      for (const field of new Set(fields)) {
        const times = fields.filter((each) => each === field).length;
        const limited = ofMutation.get(field);
        const refusal = limited && (await refusedBy(limited, `gateway:mutation.${field}:${scopeOf(caller)}`, times));
        if (refusal) return refusal;
      }
      return null;
    },
  };
}

/** Whoever is not signed in is counted by address. */
export function scopeOf({ viewerId, address }: Caller): string {
  return viewerId === null ? `ip:${networkOf(address)}` : `viewer:${viewerId}`;
}

async function refusedBy(bucket: TokenBucket, scope: string, tokens = 1): Promise<Refusal | null> {
  const taken = await bucket.take(scope, tokens);
  return taken.allowed ? null : tooOften('rate-limit', taken.retryAfterMs);
}

export function tooOften(guard: 'rate-limit' | 'cost-budget', retryAfterMs: number): Refusal {
  return {
    guard,
    code: 'RATE_LIMITED',
    message: 'Too many requests. Try again shortly.',
    status: 429,
    retryAfterMs,
  };
}
