import { setting } from '@shop/service-kit';
import { z } from 'zod';

/** `name=ms,name=ms`. */
const timesBySubgraph = z
  .string()
  .default('')
  .transform((text, context) => {
    const times = new Map<string, number>();
    for (const entry of text.split(',').filter((each) => each.trim() !== '')) {
      const [, name, ms] = /^\s*([^=\s]+)\s*=\s*([1-9]\d{0,8})\s*$/.exec(entry) ?? [];
      if (name && ms) times.set(name, Number(ms));
      else context.addIssue({ code: 'custom', message: `must look like name=milliseconds, not "${entry}"` });
    }
    return times;
  });

/** What the gateway can be told about subgraphs that are slow, away, or asked too much. */
export const resilienceSettings = {
  OPERATION_TIMEOUT_MS: setting.integer(30_000, { min: 1, max: 3_600_000 }),
  SUBGRAPH_TIMEOUT_MS: setting.integer(10_000, { min: 1, max: 3_600_000 }),
  SUBGRAPH_TIMEOUTS: timesBySubgraph,
  // What a service can do for many at once (coupons in one transaction, loads of one turn) it does for those who are with it.
  SUBGRAPH_CONNECTIONS: setting.integer(256, { min: 1 }),
  SUBGRAPH_QUEUE: setting.integer(1_000),
  SUBGRAPH_RETRY_PERCENT: setting.integer(20, { max: 100 }),
  SUBGRAPH_MAX_ANSWER_BYTES: setting.integer(32 * 1024 * 1024, { min: 1_024 }),
  BREAKER_FAILURE_PERCENT: setting.integer(50, { min: 1, max: 100 }),
  BREAKER_MIN_REQUESTS: setting.integer(20, { min: 1 }),
  BREAKER_OPEN_MS: setting.integer(1_000, { min: 1 }),
  SHARE_READS: z.enum(['off', 'viewer']).default('off'),
};

const schema = z.object(resilienceSettings);

export type ResilienceSettings = ReturnType<typeof resilienceOf>;

/** The part of the gateway's configuration that is about requests to subgraphs. */
export function resilienceOf(env: z.infer<typeof schema>) {
  return {
    timeoutMs: env.SUBGRAPH_TIMEOUT_MS,
    /** By subgraph, where it differs. */
    timeouts: env.SUBGRAPH_TIMEOUTS as ReadonlyMap<string, number>,
    /** To one server; also how many requests a subgraph gets at once. */
    connections: env.SUBGRAPH_CONNECTIONS,
    maxWaiting: env.SUBGRAPH_QUEUE,
    retryPercent: env.SUBGRAPH_RETRY_PERCENT,
    maxAnswerBytes: env.SUBGRAPH_MAX_ANSWER_BYTES,
    breaker: {
      failurePercent: env.BREAKER_FAILURE_PERCENT,
      minimumRequests: env.BREAKER_MIN_REQUESTS,
      openMs: env.BREAKER_OPEN_MS,
    },
    /** Identical reads of one viewer, or of anonymous ones, that are under way at the same time are sent once. */
    sharesReads: env.SHARE_READS === 'viewer',
  };
}
