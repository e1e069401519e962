import { listening, setting } from '@shop/service-kit';
import { databaseSettings, verifierSettings } from '@shop/subgraph-kit';
import { z } from 'zod';

export const configSchema = z.object({
  ...listening(4003),
  ...databaseSettings,
  ...verifierSettings,
  NATS_URL: setting.url('nats', 'tls'),
});

export type OrderConfig = z.output<typeof configSchema>;
