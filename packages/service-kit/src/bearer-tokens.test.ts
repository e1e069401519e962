import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, jest } from '@jest/globals';
import { eventually } from '@shop/testkit';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { type BearerTokens, createBearerTokens } from './bearer-tokens.ts';
import { createLogger } from './logger.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

type Key = Awaited<ReturnType<typeof aKey>>;
let early: Key;
let late: Key;
/** What the issuer answers, and how often it was asked. */
const issuer = { keys: [] as JWK[], isAway: false, asked: 0 };
const server = createServer((_request, response) => {
  issuer.asked += 1;
  if (issuer.isAway) response.statusCode = 503;
  response.end(JSON.stringify({ keys: issuer.keys }));
});
const log = createLogger('test', { level: 'silent' });
let now: number;
/** By which the clock on the wall was set back. */
let setBackMs: number;
let tokens: BearerTokens<{ subject: unknown }>;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  early = await aKey();
  late = await aKey();
});
beforeEach(() => {
  now = Date.now();
  setBackMs = 0;
  Object.assign(issuer, { keys: [early.jwk, late.jwk], isAway: false, asked: 0 });
  tokens = createBearerTokens({
    jwksUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    algorithms: ['EdDSA'],
    leewaySeconds: 5,
    read: ({ sub }) => ({ subject: sub }),
    log,
    now: () => now,
    uptime: () => now + setBackMs,
  });
});
afterEach(() => void jest.restoreAllMocks());
afterAll(() => {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
});

const REFUSED = { code: 'UNAUTHENTICATED' };

it('verifies a token once, and asks for the keys no oftener than every half minute', async () => {
  const authorization = await bearer(early);
  const first = await tokens.verify(authorization);
  expect(first).toEqual({ subject: 'someone' });
  for (let second = 0; second < 120; second++) {
    expect(await tokens.verify(authorization)).toBe(first);
    now += SECOND;
  }
  await eventually(() => expect(issuer.asked).toBeGreaterThan(1));
  expect(issuer.asked).toBeLessThanOrEqual(4);
});

it('takes a token for no longer than it is valid, by clocks that are apart', async () => {
  const authorization = await bearer(early, { expiresInSeconds: 90 });
  const first = await tokens.verify(authorization);
  now += 94 * SECOND;
  expect(await tokens.verify(authorization)).toBe(first);
  now += 2 * SECOND;
  await expect(tokens.verify(authorization)).rejects.toMatchObject(REFUSED);
});

it('refuses a token half a minute after its key was withdrawn, and no other', async () => {
  const [withdrawn, other] = [await bearer(early), await bearer(late)];
  await tokens.verify(withdrawn);
  const before = await tokens.verify(other);
  issuer.keys = [late.jwk];
  now += 29 * SECOND;
  await tokens.verify(withdrawn);
  expect(issuer.asked).toBe(1);
  now += 2 * SECOND;
  await eventually(() => expect(tokens.verify(withdrawn)).rejects.toMatchObject(REFUSED));
  expect(await tokens.verify(other)).toEqual(before);
});

it('refuses it also when nobody came meanwhile', async () => {
  const withdrawn = await bearer(early);
  await tokens.verify(withdrawn);
  issuer.keys = [late.jwk];
  now += MINUTE - 5 * SECOND;
  const askers = [tokens.verify(withdrawn), tokens.verify(withdrawn)];
  for (const asking of await Promise.allSettled(askers)) expect(asking).toMatchObject({ reason: REFUSED });
});

it('refuses a token whose key came, and went, after the others', async () => {
  issuer.keys = [early.jwk];
  await tokens.verify(await bearer(early));
  issuer.keys = [early.jwk, late.jwk];
  now += MINUTE;
  const short = await bearer(late);
  await tokens.verify(short);
  issuer.keys = [early.jwk];
  now += MINUTE;
  await expect(tokens.verify(short)).rejects.toMatchObject(REFUSED);
});

it('has verified for good what it has verified when a key comes to the others', async () => {
  issuer.keys = [early.jwk];
  const authorization = await bearer(early);
  const first = await tokens.verify(authorization);
  issuer.keys = [late.jwk, early.jwk];
  now += MINUTE;
  expect(await tokens.verify(authorization)).toBe(first);
  expect(issuer.asked).toBe(2);
});

it('goes on with the keys it has while the issuer is away, and asks no oftener', async () => {
  const authorization = await bearer(early);
  const first = await tokens.verify(authorization);
  issuer.isAway = true;
  for (const minute of [1, 2, 3]) {
    now += MINUTE;
    expect(await tokens.verify(authorization)).toBe(first);
    expect(await tokens.verify(await bearer(late))).toEqual({ subject: 'someone' });
    expect(issuer.asked).toBe(1 + minute);
  }
});

it('tells once that the keys cannot be renewed, and once that they can be again', async () => {
  const [warnings, news] = [jest.spyOn(log, 'warn'), jest.spyOn(log, 'info')];
  const authorization = await bearer(early);
  const after = async (minutes: number) => {
    for (let minute = 0; minute < minutes; minute++) {
      now += MINUTE;
      await tokens.verify(authorization);
    }
    return [warnings.mock.calls.length, news.mock.calls.length];
  };
  expect(await after(2)).toEqual([0, 0]);
  issuer.isAway = true;
  expect(await after(3)).toEqual([1, 0]);
  expect(warnings).toHaveBeenCalledWith({ reason: expect.stringContaining('200 OK') }, expect.any(String));
  issuer.isAway = false;
  expect(await after(3)).toEqual([1, 1]);
  issuer.isAway = true;
  expect(await after(1)).toEqual([2, 1]);
});

it('renews the keys when they are old, whatever the clock on the wall is set to', async () => {
  const withdrawn = await bearer(early);
  await tokens.verify(withdrawn);
  issuer.keys = [late.jwk];
  now -= 60 * MINUTE;
  setBackMs = 60 * MINUTE;
  now += MINUTE;
  await expect(tokens.verify(withdrawn)).rejects.toMatchObject(REFUSED);
});

it('does not blame the token when the keys cannot be had, and tries again with the next one', async () => {
  const authorization = await bearer(early);
  issuer.isAway = true;
  await expect(tokens.verify(authorization)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  issuer.isAway = false;
  expect(await tokens.verify(authorization)).toEqual({ subject: 'someone' });
});

it('remembers one spelling of a token, so that nobody fills the memory with others', async () => {
  const authorization = await bearer(early);
  const padded = authorization.replace(' ', '  ');
  expect(await tokens.verify(authorization)).toBe(await tokens.verify(authorization));
  expect(await tokens.verify(padded)).not.toBe(await tokens.verify(padded));
});

async function aKey() {
  const { publicKey, privateKey } = await generateKeyPair('EdDSA');
  const kid = randomUUID();
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'EdDSA', use: 'sig' } };
}

async function bearer({ kid, privateKey }: Key, { expiresInSeconds = 3_600 } = {}): Promise<string> {
  const jwt = await new SignJWT({ jti: randomUUID() })
    .setProtectedHeader({ alg: 'EdDSA', kid })
    .setSubject('someone')
    .setExpirationTime(Math.floor(now / SECOND) + expiresInSeconds)
    .sign(privateKey);
  return `Bearer ${jwt}`;
}
