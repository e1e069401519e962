import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@shop/testkit';
import { decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { createSecretBox } from '../src/auth/secret-box.ts';
import { rotateSigningKeys } from '../src/auth/signing-key-table.ts';
import { SECRET, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld({ ownKeys: true });
});
afterAll(() => world?.close());

const SIGN_UP =
  'mutation ($email: String!) { signUp(input: { email: $email, password: "a good password", name: "Ada" }) { session { accessToken } } }';
const box = createSecretBox(SECRET);

async function aToken(): Promise<string> {
  const { data } = await world.anonymous.query<{ signUp: { session: { accessToken: string } } }>(SIGN_UP, {
    email: world.uniqueEmail(),
  });
  return data?.signUp.session.accessToken ?? '';
}

async function published(url = world.url): Promise<JWK[]> {
  const response = await fetch(`${url}/.well-known/jwks.json`);
  expect(response.headers.get('cache-control')).toBe('public, max-age=30');
  return ((await response.json()) as { keys: JWK[] }).keys;
}

const isAccepted = async (token: string) => (await world.clientOf(token).query('{ me { id } }')).data?.me != null;
const kidOf = (token: string) => decodeProtectedHeader(token).kid;

describe('the signing keys', () => {
  it('are the same for processes that start together, and published without their private part', async () => {
    await world.database.fork().execute('DELETE FROM signing_keys');
    const processes = await Promise.all([world.startAnother(), world.startAnother(), world.startAnother()]);
    const sets = await Promise.all(processes.map(({ url }) => published(url)));
    expect(sets[0]).toHaveLength(2);
    expect(sets[1]).toEqual(sets[0]);
    expect(sets[2]).toEqual(sets[0]);
    expect(sets[0]?.[0]).toMatchObject({ kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', use: 'sig' });
    expect(sets[0]?.every((key) => !('d' in key))).toBe(true);
    await Promise.all(processes.map((process) => process.close()));
    await eventually(async () => expect(await published()).toEqual(sets[0]));
  });

  it('are published by a process that starts while NATS is away', async () => {
    const process = await world.startAnother({ NATS_URL: 'nats://127.0.0.1:1' });
    expect(await published(process.url)).toEqual(await published());
    await process.close();
  });

  it('lie encrypted in the database, and open with no other secret', async () => {
    const rows = await world.database
      .fork()
      .execute<{ sealed: Buffer }[]>('SELECT sealed_private_key AS sealed FROM signing_keys');
    expect(rows.length).toBeGreaterThan(1);
    for (const { sealed } of rows) expect(sealed.toString('latin1')).not.toContain('PRIVATE KEY');
    const other = { SIGNING_KEY_SECRET: 'another secret of sufficient length' };
    await expect(world.startAnother(other)).rejects.toThrow('SIGNING_KEY_SECRET');
  });

  it('rotate under a running process: new tokens by the new key, old tokens still valid', async () => {
    const before = await aToken();
    const announced = (await published()).at(-1)?.kid;
    expect(await rotateSigningKeys(world.database.fork(), box)).toEqual({ kid: announced, signsInSeconds: 0 });
    await eventually(async () => expect(kidOf(await aToken())).toBe(announced));
    const after = await aToken();
    expect(kidOf(after)).not.toBe(kidOf(before));
    expect(await isAccepted(after)).toBe(true);
    expect(await isAccepted(before)).toBe(true);
    const kids = (await published()).map(({ kid }) => kid);
    expect(kids.slice(0, 2)).toEqual([kidOf(before), announced]);
    expect(kids).toHaveLength(3);
  });

  it('wait until every verifier can know them, when rotated again at once', async () => {
    const current = kidOf(await aToken());
    const rotation = await rotateSigningKeys(world.database.fork(), box);
    expect(rotation?.signsInSeconds).toBeGreaterThan(30);
    expect(kidOf(await aToken())).toBe(current);
  });

  it('rotate once when two rotate at once', async () => {
    const count = async () => (await world.database.fork().execute('SELECT 1 FROM signing_keys')).length;
    const before = await count();
    const rotations = await Promise.all([1, 2, 3].map(() => rotateSigningKeys(world.database.fork(), box)));
    const rotated = rotations.filter((rotation) => rotation !== null).length;
    expect(rotated).toBeGreaterThan(0);
    expect(await count()).toBe(before + rotated);
  });
});

describe('a token', () => {
  const claims = async () => decodeJwt(await aToken());
  const segment = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

  async function expectRefused(token: string): Promise<void> {
    const { data, errors } = await world.clientOf(token).query('{ me { id } }');
    expect(data ?? null).toBeNull();
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  }

  it('signed with a key of somebody else is refused', async () => {
    const { privateKey } = await generateKeyPair('EdDSA');
    const kid = kidOf(await aToken());
    await expectRefused(await new SignJWT(await claims()).setProtectedHeader({ alg: 'EdDSA', kid }).sign(privateKey));
  });

  it('that brings its own key is refused', async () => {
    const { publicKey, privateKey } = await generateKeyPair('EdDSA', { extractable: true });
    const jwk = await exportJWK(publicKey);
    await expectRefused(await new SignJWT(await claims()).setProtectedHeader({ alg: 'EdDSA', jwk }).sign(privateKey));
  });

  it('without a signature is refused', async () => {
    const forged = segment(await claims());
    await expectRefused(`${segment({ alg: 'none' })}.${forged}.`);
    await expectRefused(`${segment({ alg: 'EdDSA', kid: kidOf(await aToken()) })}.${forged}.`);
  });

  it('signed with the public key as if it were a shared secret is refused', async () => {
    const [key] = await published();
    const secret = new TextEncoder().encode(key?.x);
    await expectRefused(
      await new SignJWT(await claims()).setProtectedHeader({ alg: 'HS256', kid: key?.kid }).sign(secret),
    );
  });

  it('whose claims were changed is refused', async () => {
    const [header, , signature] = (await aToken()).split('.');
    await expectRefused(`${header}.${segment({ ...(await claims()), role: 'ADMIN' })}.${signature}`);
  });

  it.each(['', 'x', 'a.b.c', 'x'.repeat(5_000)])('that is none is refused: %p', async (token) => {
    const { errors } = await world.anonymous.query('{ me { id } }', {}, { authorization: `Bearer ${token}` });
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  it('of another issuer or an expired one is refused', async () => {
    const minted = await startWorld();
    const shopper = await minted.aShopper();
    await expectRefused(shopper.token);
    const expired = await minted.mint({ userId: shopper.id, expiresInSeconds: -60 });
    const elsewhere = await minted.mint({ userId: shopper.id, issuer: 'another shop' });
    for (const token of [expired, elsewhere]) {
      const { errors } = await minted.clientOf(token).query('{ me { id } }');
      expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    }
    await minted.close();
  });
});
