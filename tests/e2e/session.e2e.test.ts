import { runningShop } from './running-shop.ts';
import { createWorld, dataOf } from './world.ts';

const world = createWorld(runningShop().gatewayUrl);

interface Refreshed {
  refreshSession: { session: { accessToken: string; refreshToken: string } | null; userErrors: { code: string }[] };
}

async function refresh(refreshToken: string) {
  const document =
    'mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) { session { accessToken refreshToken } userErrors { code } } }';
  return dataOf(await world.anyone.query<Refreshed>(document, { input: { refreshToken } })).refreshSession;
}

it('rotates refresh tokens and ends the family when one is used again', async () => {
  const shopper = await world.aShopper();
  const next = (await refresh(shopper.refreshToken)).session;
  expect(next).not.toBeNull();
  expect((await refresh(shopper.refreshToken)).userErrors).toMatchObject([{ code: 'REFRESH_TOKEN_REUSED' }]);
  expect((await refresh(next?.refreshToken as string)).session).toBeNull();
  expect((await refresh('rubbish')).userErrors).toMatchObject([{ code: 'REFRESH_TOKEN_INVALID' }]);
});

it('ends the session on sign-out', async () => {
  const shopper = await world.aShopper();
  expect(dataOf(await shopper.query('mutation { signOut { signedOut } }'))).toEqual({ signOut: { signedOut: true } });
  expect((await refresh(shopper.refreshToken)).session).toBeNull();
});

it('does not tell whether an address has an account', async () => {
  const shopper = await world.aShopper();
  const document =
    'mutation ($input: SignInInput!) { signIn(input: $input) { session { accessToken } userErrors { code message path } } }';
  const known = dataOf(
    await world.anyone.query(document, { input: { email: shopper.email, password: 'wrong-password' } }),
  );
  const unknown = dataOf(
    await world.anyone.query(document, { input: { email: 'nobody@shop.test', password: 'wrong-password' } }),
  );
  expect(known).toMatchObject({ signIn: { session: null, userErrors: [{ code: 'INVALID_CREDENTIALS' }] } });
  expect(unknown).toEqual(known);
});
