import { setting } from '@shop/service-kit';
import { z } from 'zod';

const LIST = /\s*,\s*/;

/** What `events` reads from the environment; dead letters need no database. */
export const eventsSettings = z.object({
  NATS_URL: setting.url('nats', 'tls'),
  /** The databases whose archives are republished, separated by commas. */
  OUTBOX_DATABASE_URLS: z
    .string()
    .default('')
    .transform((text) => text.split(LIST).filter((url) => url !== '')),
});

/** The settings of `npm run events`, read and checked. */
export type EventsSettings = z.output<typeof eventsSettings>;
