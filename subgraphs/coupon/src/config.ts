import { failPointSettings, listening, setting } from '@shop/service-kit';
import { databaseSettings, verifierSettings } from '@shop/subgraph-kit';
import { z } from 'zod';

const settings = z.object({
  ...listening(4004),
  ...failPointSettings,
  ...databaseSettings,
  ...verifierSettings,
  REDIS_URL: setting.redis(),
  NATS_URL: setting.url('nats', 'tls'),
  /** How often one user may ask for a coupon in the long run, and how often at once. */
  ISSUE_RATE_PER_SECOND: setting.integer(20, { min: 1 }),
  ISSUE_RATE_BURST: setting.integer(50, { min: 1 }),
  /** The same for all users behind one address, or one /64 of IPv6; 0 for no limit. */
  ISSUE_IP_RATE_PER_SECOND: setting.integer(0),
  ISSUE_IP_RATE_BURST: setting.integer(200, { min: 1 }),
  /** The gateways, whose word on client addresses is taken. */
  TRUSTED_PROXIES: setting.networks(),
  /** How often grants that never reached the table are looked for. */
  GRANT_SWEEP_MS: setting.integer(1_000, { min: 10 }),
  /** How often holds past their time are looked for. */
  HOLD_SWEEP_MS: setting.integer(1_000, { min: 10 }),
  /** How often the next thousand coupons are looked at for those that have expired. */
  EXPIRY_SWEEP_MS: setting.integer(1_000, { min: 10 }),
});

export const configSchema = settings.refine(
  // Without it every client would have the gateway's address, and share one bucket.
  (env) => env.ISSUE_IP_RATE_PER_SECOND === 0 || env.TRUSTED_PROXIES.rules.length > 0,
  { path: ['TRUSTED_PROXIES'], error: 'must name the gateways when ISSUE_IP_RATE_PER_SECOND is set' },
);

export type CouponConfig = z.output<typeof configSchema>;
