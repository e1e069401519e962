import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ConfigError, loadConfig } from '@shop/service-kit';
import { configSchema } from '../src/config.ts';
import { startWorld, type World } from './world.ts';

// The test stands where the gateway does.
let world: World;

beforeAll(async () => {
  world = await startWorld({
    env: { ISSUE_IP_RATE_PER_SECOND: '1', ISSUE_IP_RATE_BURST: '5', TRUSTED_PROXIES: '127.0.0.1' },
  });
});

afterAll(() => world.close());

/** How many of as many users at these addresses are let through, each asking once. */
async function letThrough(addresses: string[]): Promise<number> {
  const event = await world.aCouponEvent();
  const answers = await Promise.all(
    addresses.map(async (address) =>
      world.ask(await world.aShopper(), event.id, undefined, { 'x-forwarded-for': address }),
    ),
  );
  const limited = answers.flatMap(({ errors }) => errors ?? []);
  for (const { extensions } of limited)
    expect(extensions).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) });
  expect(await world.coupons(event.id)).toHaveLength(addresses.length - limited.length);
  return addresses.length - limited.length;
}

const times = (count: number, address: string) => Array.from({ length: count }, () => address);

describe('users who share an address', () => {
  it('share a bucket, of which another address has its own', async () => {
    const allowed = await letThrough([...times(20, '203.0.113.1'), '203.0.113.2']);
    expect(allowed).toBeGreaterThanOrEqual(6);
    expect(allowed).toBeLessThan(20);
  });

  it('share it across a whole /64 of IPv6', async () => {
    const street = Array.from({ length: 20 }, (_, i) => `2001:db8:0:7::${i + 1}`);
    const allowed = await letThrough([...street, '2001:db8:0:8::1']);
    expect(allowed).toBeLessThan(20);
  });

  it('share it whatever they say of themselves to the gateway, which comes before its own word', async () => {
    const forged = Array.from({ length: 20 }, (_, i) => `198.51.100.${i}, 203.0.113.3`);
    expect(await letThrough(forged)).toBeLessThan(20);
  });

  it('get the coupons they already have all the same', async () => {
    const from = { 'x-forwarded-for': '203.0.113.4' };
    const event = await world.aCouponEvent();
    const shopper = await world.aShopper();
    const { data } = await world.ask(shopper, event.id, 'mine', from);
    await letThrough(times(20, '203.0.113.4'));
    const again = await world.ask(shopper, event.id, 'mine', from);
    expect(again.data).toEqual(data);
    expect(data?.issueCoupon.coupon).not.toBeNull();
  });
});

it('a limit by address is refused by a process that does not know its gateways: all clients would be one', () => {
  const env = {
    DATABASE_URL: world.servers.databaseUrl,
    REDIS_URL: world.servers.redis.url,
    NATS_URL: world.servers.nats.url,
    JWKS_URL: 'http://127.0.0.1/jwks.json',
    ISSUE_IP_RATE_PER_SECOND: '1',
  };
  expect(() => loadConfig(configSchema, env)).toThrow(ConfigError);
  expect(() => loadConfig(configSchema, env)).toThrow('TRUSTED_PROXIES must name the gateways');
  expect(loadConfig(configSchema, { ...env, TRUSTED_PROXIES: '10.0.0.0/8' })).toBeDefined();
});
