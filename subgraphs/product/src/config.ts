import { failPointSettings, listening, setting } from '@shop/service-kit';
import { databaseSettings, replicaSettings, verifierSettings } from '@shop/subgraph-kit';
import { z } from 'zod';

export const configSchema = z.object({
  ...listening(4002),
  ...failPointSettings,
  ...databaseSettings,
  ...replicaSettings,
  ...verifierSettings,
  REDIS_URL: setting.redis(),
  NATS_URL: setting.url('nats', 'tls'),
  /** How often holds past their time are looked for. */
  HOLD_SWEEP_MS: setting.integer(1_000, { min: 10 }),
});

export type ProductConfig = z.output<typeof configSchema>;
