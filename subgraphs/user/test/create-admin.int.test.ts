import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createPasswordHasher } from '../src/auth/password-hasher.ts';
import { createAdmin } from '../src/use-cases/create-admin.ts';
import { startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld({ ownKeys: true });
});
afterAll(() => world?.close());

const SIGN_IN = `mutation ($input: SignInInput!) {
  signIn(input: $input) { session { user { role name points } } userErrors { code } }
}`;
const passwords = createPasswordHasher();
const password = 'a password for an admin';

function signIn(email: string, secret: string) {
  return world.anonymous.query(SIGN_IN, { input: { email, password: secret } });
}

it('makes an ADMIN who can sign in, and changes nothing the second time', async () => {
  const email = world.uniqueEmail();
  const make = (secret: string) =>
    createAdmin(world.database.fork(), passwords, { email, name: 'Root', password: secret });
  expect(await make(password)).toBe('CREATED');
  expect(await make('another password')).toBe('WAS_ADMIN');
  const user = { role: 'ADMIN', name: 'Root', points: 0 };
  expect((await signIn(email, password)).data).toMatchObject({ signIn: { session: { user } } });
});

it('lets somebody with an account keep name and password', async () => {
  const email = world.uniqueEmail();
  await world.anonymous.query(
    'mutation ($email: String!) { signUp(input: { email: $email, password: "my own password", name: "Ada" }) { userErrors { code } } }',
    { email },
  );
  expect(await createAdmin(world.database.fork(), passwords, { email, name: 'Root', password })).toBe('PROMOTED');
  const user = { role: 'ADMIN', name: 'Ada' };
  expect((await signIn(email, 'my own password')).data).toMatchObject({ signIn: { session: { user } } });
});

it('wants a real address and a real password', async () => {
  const nobody = { email: 'nobody', name: '', password: 'x' };
  await expect(createAdmin(world.database.fork(), passwords, nobody)).rejects.toThrow('e-mail address');
});
