import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '@shop/kernel';
import { connectRedis } from '@shop/redis';
import { createLogger } from '@shop/service-kit';
import { decodeJwt } from 'jose';
import { refreshTokenHash } from '../src/auth/refresh-token.ts';
import { startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld({ ownKeys: true });
});
afterAll(() => world?.close());

const SESSION = 'session { accessToken refreshToken expiresAt user { id email name role points } }';
const ERRORS = 'userErrors { code message path }';
const SIGN_UP = `mutation ($input: SignUpInput!) { signUp(input: $input) { ${SESSION} ${ERRORS} } }`;
const SIGN_IN = `mutation ($input: SignInInput!) { signIn(input: $input) { ${SESSION} ${ERRORS} } }`;
const REFRESH = `mutation ($token: String!) { refreshSession(input: { refreshToken: $token }) { ${SESSION} ${ERRORS} } }`;
const SIGN_OUT = 'mutation { signOut { signedOut } }';
const PASSWORD = 'correct horse battery';

interface Session {
  accessToken: string;
  refreshToken: string;
  expiresAt: string;
  user: { id: string; email: string; name: string; role: string; points: number };
}
interface Answer {
  session: Session | null;
  userErrors: { code: string; path: string[] | null }[];
}

async function ask(document: string, variables: Record<string, unknown>): Promise<Answer> {
  const { data, errors } = await world.anonymous.query<Record<string, Answer>>(document, variables);
  const answer = Object.values(data ?? {})[0];
  if (answer === undefined) throw new Error(JSON.stringify(errors));
  return answer;
}

const signUp = (input: Record<string, unknown>) => ask(SIGN_UP, { input });
const signIn = (email: string, password: string) => ask(SIGN_IN, { input: { email, password } });
const refresh = (token: string) => ask(REFRESH, { token });

async function aSession(): Promise<Session> {
  const { session } = await signUp({ email: world.uniqueEmail(), password: PASSWORD, name: 'Ada' });
  if (session === null) throw new Error('Nobody was signed up.');
  return session;
}

describe('signUp', () => {
  it('makes an account without points and signs in', async () => {
    const email = world.uniqueEmail();
    const { session, userErrors } = await signUp({
      email: `  ${email.toUpperCase()} `,
      password: PASSWORD,
      name: ' Ada ',
    });
    expect(userErrors).toEqual([]);
    expect(session?.user).toMatchObject({ email, name: 'Ada', role: 'USER', points: 0 });
    const { id } = session?.user ?? {};
    const claims = decodeJwt(session?.accessToken ?? '');
    expect(claims).toMatchObject({ iss: 'shopgraph', sub: id, userId: id, role: 'USER', scope: 'shop' });
    expect(claims.sid).toEqual(expect.any(String));
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(3_600);
    expect(JSON.stringify(claims)).not.toContain(email);
    expect(new Date(session?.expiresAt ?? 0).getTime()).toBe((claims.exp ?? 0) * 1_000);
    const { data } = await world.clientOf(session?.accessToken).query('{ me { email } }');
    expect(data).toEqual({ me: { email } });
  });

  it('keeps no password and no token that could be read', async () => {
    const session = await aSession();
    const em = world.database.fork();
    const [user] = await em.execute('SELECT password_hash FROM users WHERE id = ?', [session.user.id]);
    expect(user?.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await em.execute('SELECT 1 FROM refresh_tokens WHERE token_hash = ?', [session.refreshToken])).toEqual([]);
  });

  it('gives an address to one of those who want it at once', async () => {
    const email = world.uniqueEmail();
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => signUp({ email, password: PASSWORD, name: 'Ada' })),
    );
    expect(answers.filter(({ session }) => session !== null)).toHaveLength(1);
    const taken = answers.flatMap(({ userErrors }) => userErrors);
    expect(taken).toMatchObject(Array(3).fill({ code: 'EMAIL_TAKEN', path: ['input', 'email'] }));
  });

  const fine = { email: 'somebody@shop.test', password: PASSWORD, name: 'Ada' };
  it.each([
    ['EMAIL_INVALID', { email: '' }],
    ['EMAIL_INVALID', { email: '   ' }],
    ['EMAIL_INVALID', { email: 'nobody' }],
    ['EMAIL_INVALID', { email: 'no body@shop.test' }],
    ['EMAIL_INVALID', { email: 'nobody@shop' }],
    ['EMAIL_INVALID', { email: `${'x'.repeat(300)}@shop.test` }],
    ['EMAIL_INVALID', { email: 'nöbody@shop.test' }],
    ['PASSWORD_TOO_WEAK', { password: '' }],
    ['PASSWORD_TOO_WEAK', { password: '1234567' }],
    ['PASSWORD_TOO_WEAK', { password: '          ' }],
    ['PASSWORD_TOO_WEAK', { password: 'x'.repeat(129) }],
    ['PASSWORD_TOO_WEAK', { password: 'x'.repeat(200_000) }],
    ['NAME_INVALID', { name: '' }],
    ['NAME_INVALID', { name: ' \t ' }],
    ['NAME_INVALID', { name: 'x'.repeat(101) }],
    ['NAME_INVALID', { name: 'A\u0000da' }],
  ])('answers %s to %j', async (code, wrong) => {
    const { session, userErrors } = await signUp({ ...fine, ...wrong });
    expect(session).toBeNull();
    expect(userErrors).toMatchObject([{ code, path: ['input', Object.keys(wrong)[0]] }]);
    expect(await world.database.fork().execute('SELECT 1 FROM users WHERE email = ?', [fine.email])).toEqual([]);
  });

  it('reports every problem at once', async () => {
    const { userErrors } = await signUp({ email: '', password: '', name: '' });
    expect(userErrors.map(({ code }) => code)).toEqual(['EMAIL_INVALID', 'PASSWORD_TOO_WEAK', 'NAME_INVALID']);
  });

  it('counts characters, not bytes', async () => {
    const { session } = await signUp({
      email: world.uniqueEmail(),
      password: '열려라참깨열려라',
      name: '가'.repeat(100),
    });
    expect(session?.user.name).toBe('가'.repeat(100));
  });
});

describe('signIn', () => {
  it('begins another session, whatever the case of the address', async () => {
    const { user } = await aSession();
    const { session } = await signIn(` ${user.email.toUpperCase()}`, PASSWORD);
    expect(session?.user.id).toBe(user.id);
  });

  it.each(['', 'wrong password', PASSWORD.toUpperCase(), 'x'.repeat(200_000)])(
    'refuses a wrong password',
    async (password) => {
      const { user } = await aSession();
      const { session, userErrors } = await signIn(user.email, password);
      expect(session).toBeNull();
      expect(userErrors).toMatchObject([{ code: 'INVALID_CREDENTIALS' }]);
    },
  );

  it.each(['', 'nobody@shop.test', 'nöbody@shop.test', 'no\u0000body@shop.test', '\ud83d', 'x'.repeat(100_000)])(
    'answers the same to an unknown address',
    async (email) => {
      const { user } = await aSession();
      const { userErrors: known } = await signIn(user.email, 'wrong password');
      const { session, userErrors } = await signIn(email, PASSWORD);
      expect({ session, userErrors }).toEqual({ session: null, userErrors: known });
    },
  );

  it('is limited per address, across processes', async () => {
    const strict = { SIGN_IN_PER_MINUTE: '1', SIGN_IN_BURST: '3' };
    const processes = [await world.startAnother(strict), await world.startAnother(strict)];
    const { user } = await aSession();
    const attempt = async (index: number) => {
      const { errors } = await world
        .clientOf(undefined, processes[index % 2]?.url)
        .query(SIGN_IN, { input: { email: user.email, password: 'wrong password' } });
      return errors?.[0]?.extensions;
    };
    const answers = await Promise.all([0, 1, 2, 3, 4].map(attempt));
    expect(answers.filter((error) => error?.code === 'RATE_LIMITED')).toHaveLength(2);
    await Promise.all(processes.map((process) => process.close()));
  });
});

describe('refreshSession', () => {
  it('goes on with the same session and new tokens', async () => {
    const first = await aSession();
    const { session: second } = await refresh(first.refreshToken);
    expect(second?.refreshToken).not.toBe(first.refreshToken);
    expect(decodeJwt(second?.accessToken ?? '').sid).toBe(decodeJwt(first.accessToken).sid);
    const { session: third } = await refresh(second?.refreshToken ?? '');
    expect(third?.user.id).toBe(first.user.id);
  });

  it('ends the whole session when a token is used again, and no other session', async () => {
    const first = await aSession();
    const { session: elsewhere } = await signIn(first.user.email, PASSWORD);
    const { session: second } = await refresh(first.refreshToken);
    expect(await refresh(first.refreshToken)).toMatchObject({
      session: null,
      userErrors: [{ code: 'REFRESH_TOKEN_REUSED', path: ['input', 'refreshToken'] }],
    });
    expect((await refresh(second?.refreshToken ?? '')).userErrors).toMatchObject([{ code: 'REFRESH_TOKEN_INVALID' }]);
    expect((await refresh(elsewhere?.refreshToken ?? '')).session).not.toBeNull();
  });

  it('lets one of many at once win, and ends the session because the others came', async () => {
    const { refreshToken } = await aSession();
    const answers = await Promise.all(Array.from({ length: 8 }, () => refresh(refreshToken)));
    const winners = answers.flatMap(({ session }) => session ?? []);
    expect(winners).toHaveLength(1);
    expect(answers.flatMap(({ userErrors }) => userErrors)).toMatchObject(
      Array(7).fill({ code: 'REFRESH_TOKEN_REUSED' }),
    );
    expect((await refresh(winners[0]?.refreshToken ?? '')).userErrors).toMatchObject([
      { code: 'REFRESH_TOKEN_INVALID' },
    ]);
  });

  it('works without what Redis remembered, and does not believe it', async () => {
    const [one, another] = [await aSession(), await aSession()];
    const log = createLogger('test', { level: 'silent' });
    const redis = await connectRedis({ url: world.servers.redis.url, log });
    await redis.flushall();
    expect((await refresh(one.refreshToken)).session).not.toBeNull();
    const stolen = { userId: another.user.id, family: decodeJwt(another.accessToken).sid as string };
    await redis.hset(`session:{${refreshTokenHash(one.refreshToken)}}`, stolen);
    await redis.close();
    expect((await refresh(one.refreshToken)).userErrors).toMatchObject([{ code: 'REFRESH_TOKEN_REUSED' }]);
    expect((await refresh(another.refreshToken)).session).not.toBeNull();
  });

  it('refuses a token that has expired', async () => {
    const { refreshToken, user } = await aSession();
    await world.database.fork().execute(
      `UPDATE refresh_tokens t JOIN sessions s ON s.id = t.session_id
          SET t.expires_at = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND WHERE s.user_id = ?`,
      [user.id],
    );
    expect((await refresh(refreshToken)).userErrors).toMatchObject([{ code: 'REFRESH_TOKEN_INVALID' }]);
  });

  it.each(['', ' ', 'x'.repeat(43), 'x'.repeat(100_000), newId()])('refuses what is no token', async (token) => {
    expect(await refresh(token)).toMatchObject({ session: null, userErrors: [{ code: 'REFRESH_TOKEN_INVALID' }] });
  });
});

describe('signOut', () => {
  it('ends the session of the token alone, once or twice', async () => {
    const first = await aSession();
    const { session: elsewhere } = await signIn(first.user.email, PASSWORD);
    const client = world.clientOf(first.accessToken);
    expect((await client.query(SIGN_OUT)).data).toEqual({ signOut: { signedOut: true } });
    expect((await client.query(SIGN_OUT)).data).toEqual({ signOut: { signedOut: true } });
    expect((await refresh(first.refreshToken)).userErrors).toMatchObject([{ code: 'REFRESH_TOKEN_INVALID' }]);
    expect((await refresh(elsewhere?.refreshToken ?? '')).session).not.toBeNull();
  });

  it('needs a token', async () => {
    const { errors } = await world.anonymous.query(SIGN_OUT);
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });
});
