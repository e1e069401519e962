import { failPointSettings, listening, setting } from '@shop/service-kit';
import { databaseConfigSchema, databaseSettings, replicaSettings, verifierSettings } from '@shop/subgraph-kit';
import { z } from 'zod';

const signingSettings = {
  /** Encrypts the private signing keys at rest. Another secret cannot open them. */
  SIGNING_KEY_SECRET: setting.secret(32),
};

export const signingConfigSchema = databaseConfigSchema.extend(signingSettings);

export const createAdminConfigSchema = databaseConfigSchema.extend({
  /** What the new ADMIN signs in with; by environment, because arguments show up in the list of processes. */
  ADMIN_PASSWORD: setting.secret(8),
});

export const configSchema = z.object({
  ...listening(4001),
  ...failPointSettings,
  ...databaseSettings,
  ...replicaSettings,
  ...verifierSettings,
  ...signingSettings,
  /** Without it this process trusts the keys it publishes itself. */
  JWKS_URL: verifierSettings.JWKS_URL.optional(),
  REDIS_URL: setting.redis(),
  NATS_URL: setting.url('nats', 'tls'),
  REFRESH_TOKEN_DAYS: setting.integer(14, { min: 1, max: 365 }),
  /** Attempts to sign in per e-mail address, right or wrong. */
  SIGN_IN_PER_MINUTE: setting.integer(60, { min: 1 }),
  SIGN_IN_BURST: setting.integer(20, { min: 1 }),
  /** How often holds past their time are looked for. */
  HOLD_SWEEP_MS: setting.integer(1_000, { min: 10 }),
  /** How often the balances of points are compared with the transfers behind them. */
  LEDGER_CHECK_MS: setting.integer(3_600_000, { min: 10 }),
});

export type UserConfig = z.output<typeof configSchema>;
