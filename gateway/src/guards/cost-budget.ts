import { createTokenBucket } from '@shop/redis';
import { type Caller, type RateLimiterOptions, scopeOf, tooOften } from './rate-limit.ts';
import type { Refusal } from './refusal.ts';

const SECONDS_PER_MINUTE = 60;

/** Takes an operation's estimated cost from what its caller may spend. */
export type SpendCost = (caller: Caller, cost: number) => Promise<Refusal | null>;

/**
 * COST_PER_MINUTE: what all operations of one viewer, or of one address of the anonymous, may cost in a minute; 0 is no
 * budget. An operation dearer than the whole budget waits until all of it is there.
 */
export function createCostBudget(perMinute: number, options: RateLimiterOptions): SpendCost {
  if (perMinute === 0) return async () => null;
  const rate = { perSecond: perMinute / SECONDS_PER_MINUTE, burst: perMinute };
  const bucket = createTokenBucket({ name: 'cost', ...rate, ...options });
  return async (caller, cost) => {
    if (cost <= 0) return null;
    const taken = await bucket.take(`gateway:cost:${scopeOf(caller)}`, Math.min(cost, perMinute));
    return taken.allowed ? null : tooOften('cost-budget', taken.retryAfterMs);
  };
}
