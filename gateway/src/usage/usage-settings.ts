import { setting } from '@shop/service-kit';
import { z } from 'zod';

/** What the recording of usage can be told. */
export const usageSettings = {
  RECORD_USAGE: setting.flag(false),
  USAGE_FLUSH_MS: setting.integer(10_000, { min: 100 }),
  USAGE_KEEP_DAYS: setting.integer(31, { min: 1, max: 400 }),
  USAGE_MAX_BYTES: setting.integer(4 * 1024 * 1024, { min: 0 }),
};

const schema = z.object(usageSettings);

export interface UsageSettings {
  /** Between two times that what was counted is sent to Redis. */
  flushMs: number;
  keptDays: number;
  /** What a day may take in Redis, estimated, before operations are counted together. */
  maxBytesPerDay: number;
}

/** Null where nothing is recorded. */
export function usageSettingsOf(
  env: z.infer<typeof schema> & { REDIS_URL?: string | undefined },
  context: z.RefinementCtx,
): UsageSettings | null {
  if (!env.RECORD_USAGE) return null;
  if (env.REDIS_URL === undefined) {
    const message = 'is missing: RECORD_USAGE keeps there what clients ask for';
    context.addIssue({ code: 'custom', path: ['REDIS_URL'], message });
    return z.NEVER;
  }
  return { flushMs: env.USAGE_FLUSH_MS, keptDays: env.USAGE_KEEP_DAYS, maxBytesPerDay: env.USAGE_MAX_BYTES };
}
