import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type TestTokens, testTokens } from '@shop/testkit';
import { type Library, startLibrary } from './library/start-library.ts';

let tokens: TestTokens;
let library: Library;
beforeAll(async () => {
  tokens = await testTokens();
  library = await startLibrary({ JWKS_URL: tokens.jwksUrl, JWT_ISSUER: tokens.issuer });
});
afterAll(async () => {
  await library.close();
  await tokens.close();
});

const whoAsks = '{ whoAsks { authorization } }';

describe('a token', () => {
  it('goes on to subgraphs once it is verified', async () => {
    const token = await tokens.mint({ userId: 'u1' });
    const { data } = await library.client(token).query(whoAsks);
    expect(data).toEqual({ whoAsks: { authorization: `Bearer ${token}` } });
  });

  it('is not needed', async () => {
    const { data } = await library.client().query(whoAsks);
    expect(data).toEqual({ whoAsks: { authorization: null } });
  });

  it.each([
    ['expired', () => tokens.mint({ userId: 'u1', expiresInSeconds: -60 })],
    ['from another issuer', () => tokens.mint({ userId: 'u1', issuer: 'elsewhere' })],
    ['made up', async () => 'not.a.token'],
    ['signed by someone else', forged],
    ['of no key in particular', namingNoKey],
  ])('refuses the whole request when it is %s', async (_, mint) => {
    library.books.requests.length = 0;
    const answer = await library.client(await mint()).query('{ book(id: "b1") { title } }');
    expect(answer.status).toBe(200);
    expect(answer.data ?? null).toBeNull();
    expect(answer.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    expect(library.books.requests).toEqual([]);
  });

  it('that is refused is a 401 to clients that read the status', async () => {
    const accept = 'application/graphql-response+json';
    const answer = await library.client('not.a.token').query(whoAsks, {}, { accept });
    expect(answer.status).toBe(401);
  });
});

it('a token is taken for as long after its end as JWT_LEEWAY_SECONDS says', async () => {
  const other = await startLibrary({ JWKS_URL: tokens.jwksUrl, JWT_LEEWAY_SECONDS: '200' });
  const token = (expiresInSeconds: number) => tokens.mint({ userId: 'u1', expiresInSeconds });
  expect((await other.client(await token(-60)).query(whoAsks)).errors).toBeUndefined();
  const { errors } = await other.client(await token(-300)).query(whoAsks);
  expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  await other.close();
});

it('tells keys that cannot be had from a bad token', async () => {
  const gone = await testTokens();
  const token = await gone.mint({ userId: 'u1' });
  await gone.close();
  const other = await startLibrary({ JWKS_URL: gone.jwksUrl });
  const { errors } = await other.client(token).query(whoAsks);
  expect(errors).toMatchObject([{ extensions: { code: 'SERVICE_UNAVAILABLE' } }]);
  await other.close();
});

async function forged(): Promise<string> {
  const [header, payload] = (await tokens.mint({ userId: 'u1' })).split('.');
  const signature = (await tokens.mint({ userId: 'u2' })).split('.')[2];
  return [header, payload, signature].join('.');
}

async function namingNoKey(): Promise<string> {
  const [, payload, signature] = (await tokens.mint({ userId: 'u1' })).split('.');
  const header = Buffer.from(JSON.stringify({ alg: 'EdDSA' })).toString('base64url');
  return [header, payload, signature].join('.');
}
