import { newId, ServiceUnavailable, Unauthenticated } from '@shop/kernel';
import { type TestTokens, testTokens } from '@shop/testkit';
import { base64url, SignJWT } from 'jose';
import { createVerifier, type Verifier } from '../src/verifier.ts';

let tokens: TestTokens;
let verifier: Verifier;

beforeAll(async () => {
  tokens = await testTokens();
  verifier = createVerifier({ jwksUrl: tokens.jwksUrl, issuer: tokens.issuer });
});
afterAll(() => tokens.close());

it('knows who sent a token', async () => {
  const userId = newId();
  const viewer = await verifier.viewerOf(`Bearer ${await tokens.mint({ userId, role: 'ADMIN', sessionId: 's1' })}`);
  expect(viewer).toMatchObject({ id: userId, role: 'ADMIN', sessionId: 's1', isSignedIn: true });
});

it('takes a request without a token as nobody’s', async () => {
  expect((await verifier.viewerOf(undefined)).isSignedIn).toBe(false);
});

it.each<[string, () => Promise<string> | string]>([
  ['rubbish', () => 'Bearer rubbish'],
  ['another scheme', () => 'Basic dXNlcjpwYXNz'],
  ['an expired token', async () => `Bearer ${await tokens.mint({ userId: newId(), expiresInSeconds: -60 })}`],
  ['another issuer', async () => `Bearer ${await tokens.mint({ userId: newId(), issuer: 'elsewhere' })}`],
  ['a subject that is no id', async () => `Bearer ${await tokens.mint({ userId: "' OR 1=1" })}`],
  [
    'a token that does not say since when it is one',
    async () => `Bearer ${await tokens.mint({ userId: newId(), hasIssuedAt: false })}`,
  ],
  ['a token of another key', async () => `Bearer ${await forged()}`],
  ['an unsigned token', () => `Bearer ${unsigned()}`],
  ['a token signed with the public key as a secret', async () => `Bearer ${await symmetric()}`],
])('refuses %s', async (_what, header) => {
  await expect(verifier.viewerOf(await header())).rejects.toThrow(Unauthenticated);
});

it('does not blame the token when the keys cannot be had', async () => {
  const lonely = createVerifier({ jwksUrl: 'http://127.0.0.1:1/jwks.json', issuer: tokens.issuer });
  const token = await tokens.mint({ userId: newId() });
  await expect(lonely.viewerOf(`Bearer ${token}`)).rejects.toThrow(ServiceUnavailable);
});

async function forged(): Promise<string> {
  const others = await testTokens();
  const token = await others.mint({ userId: newId(), role: 'ADMIN' });
  await others.close();
  return token;
}

function unsigned(): string {
  const now = Math.floor(Date.now() / 1000);
  const part = (value: object) => base64url.encode(JSON.stringify(value));
  return `${part({ alg: 'none' })}.${part({ iss: 'shopgraph', sub: newId(), role: 'ADMIN', iat: now, exp: now + 60 })}.`;
}

function symmetric(): Promise<string> {
  return new SignJWT({ role: 'ADMIN' })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer('shopgraph')
    .setSubject(newId())
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode('a public key everybody can read!'));
}
