import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually } from '@shop/testkit';
import { startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld({ ownKeys: true });
});
afterAll(() => world?.close());

interface Answer {
  session: { refreshToken: string; user: { id: string } } | null;
}

async function ask(mutation: string): Promise<Answer | undefined> {
  const { data } = await world.anonymous.query<Record<string, Answer>>(
    `mutation { ${mutation} { session { refreshToken user { id } } } }`,
  );
  return Object.values(data ?? {})[0];
}

const readiness = async () => (await fetch(`${world.url}/readyz`)).json();

it('signs up, in and on while Redis is away, says so, and notices when it is back', async () => {
  const email = world.uniqueEmail();
  expect(await readiness()).toMatchObject({ ready: true, degraded: {} });
  await world.servers.redis.stop();

  const credentials = `email: "${email}", password: "a good password"`;
  const signedUp = await ask(`signUp(input: { ${credentials}, name: "Ada" })`);
  const signedIn = await ask(`signIn(input: { ${credentials} })`);
  expect(signedIn?.session?.user.id).toBe(signedUp?.session?.user.id);
  const refreshed = await ask(`refreshSession(input: { refreshToken: "${signedIn?.session?.refreshToken}" })`);
  expect(refreshed?.session?.user.id).toBe(signedUp?.session?.user.id);
  expect(await readiness()).toMatchObject({ ready: true, degraded: { redis: expect.any(String) } });

  await world.servers.redis.start();
  await eventually(async () => expect(await readiness()).toMatchObject({ ready: true, degraded: {} }));
});
