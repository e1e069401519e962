import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, startTestServers, type TestServers, type TestTokens, testTokens } from '@shop/testkit';
import { type Archive, startArchive } from './guards/archive.ts';
import { subscribe } from './library/events.ts';

let servers: TestServers;
let tokens: TestTokens;
beforeAll(async () => {
  servers = await startTestServers({ redis: true });
  tokens = await testTokens();
});
afterAll(async () => {
  await tokens.close();
  await servers.close();
});

const start = (settings: Record<string, string>) =>
  startArchive({ JWKS_URL: tokens.jwksUrl, REDIS_URL: servers.redis.url, ...settings });
let viewers = 0;
async function aToken(): Promise<string> {
  viewers += 1;
  return tokens.mint({ userId: `viewer-${viewers}`, scope: 'shred' });
}

async function ask(archive: Archive, times: number, query = '{ __typename }', token?: string, headers = {}) {
  const client = archive.client(token);
  const answers = await Promise.all(Array.from({ length: times }, () => client.query(query, {}, headers)));
  return { allowed: answers.filter(({ errors }) => !errors), limited: answers.filter(({ errors }) => errors) };
}

describe('a viewer', () => {
  it('may ask so often, at whichever gateway, and is told when to come back', async () => {
    const here = await start({ RATE_LIMITS: 'viewer=1/m:6' });
    const there = await start({ RATE_LIMITS: 'viewer=1/m:6' });
    const token = await aToken();
    const both = await Promise.all([ask(here, 6, undefined, token), ask(there, 6, undefined, token)]);
    expect(both[0].allowed.length + both[1].allowed.length).toBe(6);
    const [limited] = both.flatMap((each) => each.limited);
    expect(limited).toMatchObject({
      status: 200,
      errors: [{ extensions: { code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) } }],
    });
    expect(Number(limited?.headers.get('retry-after'))).toBeGreaterThan(0);
    const strict = { accept: 'application/graphql-response+json' };
    expect((await ask(here, 1, undefined, token, strict)).limited).toMatchObject([{ status: 429 }]);

    expect((await ask(here, 6, undefined, await aToken())).limited).toEqual([]);
    expect((await ask(here, 20)).limited).toEqual([]);
    expect(await here.metric(/^gateway_refused_total{.*guard="rate-limit"/)).toBeGreaterThan(0);
    await Promise.all([here.close(), there.close()]);
  });

  it('may change this and that less often than read, each change counted', async () => {
    const archive = await start({ RATE_LIMITS: 'mutation.copy=1/m:4' });
    const [token, copy] = [await aToken(), 'mutation { a: copy(id: 1) { id } ... { b: copy(id: 2) { id } } }'];
    expect((await ask(archive, 3, copy, token)).allowed).toHaveLength(2);
    expect((await ask(archive, 3, 'mutation { shred(id: 1) }', token)).limited).toEqual([]);
    expect((await ask(archive, 2, copy, await aToken())).limited).toEqual([]);
    await archive.close();
  });

  it('may ask for so much in a minute', async () => {
    const archive = await start({ COST_PER_MINUTE: '60' });
    const token = await aToken();
    expect((await ask(archive, 4, '{ files(first: 10) { id } }', token)).allowed).toHaveLength(3);
    expect((await ask(archive, 1, '{ files(first: 10) { id } }', token)).limited).toMatchObject([
      { errors: [{ extensions: { code: 'RATE_LIMITED' } }] },
    ]);
    expect((await ask(archive, 3, '{ __typename }', token)).limited).toEqual([]);
    expect((await ask(archive, 1, '{ files(first: 100) { id } }', await aToken())).allowed).toHaveLength(1);
    await archive.close();
  });

  it('is counted over WebSockets too', async () => {
    const archive = await start({ RATE_LIMITS: 'viewer=1/m:1' });
    const params = { authorization: `Bearer ${await aToken()}` };
    const first = subscribe(archive.gateway.url, '{ __typename }', { params });
    await eventually(() => expect(first.results).toHaveLength(1));
    const second = subscribe(archive.gateway.url, '{ __typename }', { params });
    await eventually(() => expect(second.errors).toMatchObject([[{ extensions: { code: 'RATE_LIMITED' } }]]));
    await Promise.all([first.client.dispose(), second.client.dispose()]);
    await archive.close();
  });
});

it('an address may ask so often, and only a trusted proxy may speak for others', async () => {
  const trusting = await start({ RATE_LIMITS: 'ip=1/m:2', TRUSTED_PROXIES: '127.0.0.1' });
  const from = (address: string, to = trusting) => ask(to, 3, undefined, undefined, { 'x-forwarded-for': address });
  expect((await from('1.1.1.1')).allowed).toHaveLength(2);
  expect((await from('2.2.2.2')).allowed).toHaveLength(2);
  expect((await from('9.9.9.9, 1.1.1.1')).allowed).toHaveLength(0);
  await trusting.close();
  const wary = await start({ RATE_LIMITS: 'ip=1/m:2' });
  expect((await from('3.3.3.3', wary)).allowed).toHaveLength(2);
  expect((await from('4.4.4.4', wary)).allowed).toHaveLength(0);
  await wary.close();
});

it('while Redis is away every gateway counts for itself, and says so', async () => {
  const archive = await start({ RATE_LIMITS: 'viewer=1/m:5' });
  await servers.redis.stop();
  expect((await ask(archive, 8, undefined, await aToken())).allowed).toHaveLength(5);
  expect(await archive.metric(/^shop_rate_limit_total{.*outcome="allowed",counted="process"/)).toBe(5);
  const readyz = await fetch(archive.gateway.url.replace('/graphql', '/readyz'));
  expect(readyz.status).toBe(200);
  expect(await readyz.json()).toMatchObject({ degraded: { redis: expect.stringContaining('Redis is away') } });
  await servers.redis.start();
  await archive.close();
});

it('without Redis it counts for itself from the start', async () => {
  const archive = await startArchive({ JWKS_URL: tokens.jwksUrl, RATE_LIMITS: 'viewer=1/m:5' });
  expect((await ask(archive, 8, undefined, await aToken())).allowed).toHaveLength(5);
  await archive.close();
});
