import { listening, setting } from '@shop/service-kit';
import { databaseSettings, verifierSettings } from '@shop/subgraph-kit';
import { z } from 'zod';

export const configSchema = z.object({
  ...listening(4004),
  ...databaseSettings,
  ...verifierSettings,
  REDIS_URL: setting.url('redis', 'rediss'),
  NATS_URL: setting.url('nats', 'tls'),
  /** How often one user may ask for a coupon in the long run, and how often at once. */
  ISSUE_RATE_PER_SECOND: setting.integer(20, { min: 1 }),
  ISSUE_RATE_BURST: setting.integer(50, { min: 1 }),
  /** How often holds past their time are looked for. */
  HOLD_SWEEP_MS: setting.integer(1_000, { min: 10 }),
});

export type CouponConfig = z.output<typeof configSchema>;
