import { failPointSettings, listening, setting } from '@shop/service-kit';
import { databaseSettings, replicaSettings, verifierSettings } from '@shop/subgraph-kit';
import { z } from 'zod';
import { areComplete, cardSettings } from './provider/card-settings.ts';

export const configSchema = z
  .object({
    ...listening(4003),
    ...failPointSettings,
    ...databaseSettings,
    ...replicaSettings,
    ...verifierSettings,
    /** Needed with replicas alone: who has just written is noted there. */
    REDIS_URL: setting.redis().optional(),
    NATS_URL: setting.url('nats', 'tls'),
    ...cardSettings,
  })
  .refine(areComplete, {
    path: ['PAYMENT_WEBHOOK_SECRETS'],
    error: 'is needed with PAYMENT_PROVIDER_URL, and only then',
  });

export type OrderConfig = z.output<typeof configSchema>;
