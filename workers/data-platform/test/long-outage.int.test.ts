import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createDataPlatform } from '@shop/local/stand-ins';
import { eventually } from '@shop/testkit';
import { aCompletedOrder, publish, startWorld, type World } from './world.ts';

/** Two minutes, with a breaker that stays open for 1 to 10 s, on the scale of these tests (0.1 to 0.2 s). */
const outageMs = 2_400;

let world: World;
let requests = 0;
beforeAll(async () => {
  const platform = createDataPlatform();
  platform.addHook('onRequest', async ({ url }) => {
    if (url === '/events') requests += 1;
  });
  world = await startWorld({ platform });
});
afterAll(() => world.close());

it.each(['error', 'timeout'])('waits out a long outage (%s), asks little, and loses nothing', async (mode) => {
  // Nobody waits for an answer to the end of an outage.
  await world.restartWorker({ deliveryTimeoutMs: 1_500 });
  const events = Array.from({ length: 30 }, aCompletedOrder);
  const until = performance.now() + outageMs;
  await world.behave({ mode, forMs: outageMs });
  for (const event of events) await publish(world.bus, event);
  requests = 0;
  let duringOutage = 0;
  await eventually(
    async () => {
      if (performance.now() < until) duringOutage = requests;
      // Perhaps more than once: on a slow machine an answer may come too late to be waited for.
      for (const { id } of events) expect(await world.received(id)).not.toEqual([]);
    },
    { timeoutMs: 30_000 },
  );
  expect(await world.deadLetters()).toEqual([]);
  // Five break the circuit, eight may be under way, and then one asks each time it is open for a moment.
  expect(duringOutage).toBeLessThan(13 + outageMs / 50);
});
