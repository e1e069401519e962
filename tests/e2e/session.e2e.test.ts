import { RefreshSessionDocument, SignInDocument, SignOutDocument } from '@shop/schema/operations';
import { runningShop } from './running-shop.ts';
import { createWorld, dataOf } from './world.ts';

const world = createWorld(runningShop().gatewayUrl);

async function refresh(refreshToken: string) {
  return dataOf(await world.anyone.query(RefreshSessionDocument, { input: { refreshToken } })).refreshSession;
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
  expect(dataOf(await shopper.query(SignOutDocument))).toEqual({ signOut: { signedOut: true } });
  expect((await refresh(shopper.refreshToken)).session).toBeNull();
});

it('does not tell whether an address has an account', async () => {
  const shopper = await world.aShopper();
  const signIn = async (email: string) =>
    dataOf(await world.anyone.query(SignInDocument, { input: { email, password: 'wrong-password' } }));
  const known = await signIn(shopper.email);
  const unknown = await signIn('nobody@shop.test');
  expect(known).toMatchObject({ signIn: { session: null, userErrors: [{ code: 'INVALID_CREDENTIALS' }] } });
  expect(unknown).toEqual(known);
});
