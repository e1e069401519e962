import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { newId } from '@shop/kernel';
import { eventually } from '@shop/testkit';
import { startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld({ ownKeys: true, ownMysql: true });
});
afterAll(() => world?.close());

const SIGN_UP = `mutation ($email: String!) {
  signUp(input: { email: $email, password: "a good password", name: "Ada" }) { session { accessToken } }
}`;
const CHARGE = `mutation ($key: String!) {
  chargePoints(input: { amount: 100, idempotencyKey: $key }) { user { points } }
}`;

it('refuses with SERVICE_UNAVAILABLE while MySQL is away, still publishes its keys, and recovers by itself', async () => {
  const { data } = await world.anonymous.query<{ signUp: { session: { accessToken: string } } }>(SIGN_UP, {
    email: world.uniqueEmail(),
  });
  const shopper = world.clientOf(data?.signUp.session.accessToken);
  const key = newId();
  const keys = await (await fetch(`${world.url}/.well-known/jwks.json`)).json();

  await world.servers.mysql?.stop();
  for (const refused of [
    await shopper.query(CHARGE, { key }),
    await shopper.query('{ me { email points } }'),
    await world.anonymous.query(SIGN_UP, { email: world.uniqueEmail() }),
  ]) {
    expect(refused.errors?.[0]?.extensions.code).toBe('SERVICE_UNAVAILABLE');
  }
  const unready = await fetch(`${world.url}/readyz`);
  expect(unready.status).toBe(503);
  expect(await unready.json()).toMatchObject({ reasons: { mysql: expect.any(String) } });
  expect(await (await fetch(`${world.url}/.well-known/jwks.json`)).json()).toEqual(keys);

  await world.servers.mysql?.start();
  const charged = { chargePoints: { user: { points: 100 } } };
  await eventually(async () => expect((await shopper.query(CHARGE, { key })).data).toEqual(charged), {
    timeoutMs: 15_000,
  });
  expect((await fetch(`${world.url}/readyz`)).status).toBe(200);
});
