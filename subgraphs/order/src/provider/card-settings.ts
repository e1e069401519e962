import { setting } from '@shop/service-kit';
import { z } from 'zod';
import { keyOf } from './webhook-signature.ts';

const keys = z.string().transform((text, context) => {
  const found = text.split(',').map((secret) => keyOf(secret.trim()));
  if (found.every((key) => key !== null)) return found;
  context.addIssue({ code: 'custom', message: 'must be whsec_ and 24 to 64 bytes in base64, or several with commas' });
  return z.NEVER;
});

/** Card payments are taken where the first two are set. */
export const cardSettings = {
  /** The payment provider. */
  PAYMENT_PROVIDER_URL: setting.url('http', 'https').optional(),
  /** What it signs webhooks with; the old and the new one while they are exchanged. */
  PAYMENT_WEBHOOK_SECRETS: keys.optional(),
  /** Where it sends buyers afterwards: `/payments/return` of this service, as browsers reach it. */
  PAYMENT_RETURN_URL: setting.url('http', 'https').optional(),
};

type Settings = z.output<z.ZodObject<typeof cardSettings>>;

export interface Cards {
  url: string;
  keys: Buffer[];
  returnUrl: string | undefined;
}

/** Null where card payments are switched off. */
export function cardsOf(settings: Settings): Cards | null {
  const { PAYMENT_PROVIDER_URL: url, PAYMENT_WEBHOOK_SECRETS: found, PAYMENT_RETURN_URL: returnUrl } = settings;
  return url === undefined || found === undefined ? null : { url, keys: found, returnUrl };
}

/** Half a switch is a mistake. */
export function areComplete(settings: Settings): boolean {
  return (settings.PAYMENT_PROVIDER_URL === undefined) === (settings.PAYMENT_WEBHOOK_SECRETS === undefined);
}
