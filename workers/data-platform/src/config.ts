import { failPointSettings, listening, setting } from '@shop/service-kit';
import { databaseSettings } from '@shop/subgraph-kit/database';
import { z } from 'zod';

export const configSchema = z.object({
  ...listening(4100),
  ...failPointSettings,
  ...databaseSettings,
  NATS_URL: setting.url('nats', 'tls'),
  DATA_PLATFORM_URL: setting.url('http', 'https'),
  /** How long one delivery may take. */
  DELIVERY_TIMEOUT_MS: setting.integer(5_000, { min: 100, max: 60_000 }),
  /** How many deliveries run at the same time. */
  DELIVERY_CONCURRENCY: setting.integer(8, { min: 1, max: 256 }),
});

export type Config = z.output<typeof configSchema>;
