import { loadConfig } from '@shop/service-kit';
import { configSchema } from './config.ts';
import { cardsOf } from './provider/card-settings.ts';

const needed = {
  DATABASE_URL: 'mysql://a:b@localhost/shop_order',
  NATS_URL: 'nats://localhost',
  JWKS_URL: 'http://localhost/jwks',
};
const PAYMENT_PROVIDER_URL = 'https://pay.example';
const secret = (byte: number) => `whsec_${Buffer.alloc(32, byte).toString('base64')}`;
const load = (more: Record<string, string>) => cardsOf(loadConfig(configSchema, { ...needed, ...more }));

it('has no card payments without their settings', () => expect(load({})).toBeNull());

it('has them with both, and with several secrets', () => {
  const PAYMENT_WEBHOOK_SECRETS = `${secret(1)}, ${secret(2)}`;
  const cards = load({ PAYMENT_PROVIDER_URL, PAYMENT_WEBHOOK_SECRETS });
  expect(cards).toMatchObject({ url: PAYMENT_PROVIDER_URL, keys: [Buffer.alloc(32, 1), Buffer.alloc(32, 2)] });
});

it.each([
  ['one without the other', { PAYMENT_PROVIDER_URL }],
  ['the other without the one', { PAYMENT_WEBHOOK_SECRETS: secret(1) }],
  ['a secret that is none', { PAYMENT_PROVIDER_URL, PAYMENT_WEBHOOK_SECRETS: `${secret(1)},secret` }],
])('does not start with %s', (_what, more) => expect(() => load(more)).toThrow('PAYMENT_WEBHOOK_SECRETS'));
