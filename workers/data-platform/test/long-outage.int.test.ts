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
  world = await startWorld({ platform, deliveryTimeoutMs: 1_500 });
});
afterAll(() => world.close());

it.each(['error', 'timeout'])('waits out a long outage (%s), asks little, and loses nothing', async (mode) => {
  await world.behave({ mode, forMs: outageMs });
  const events = Array.from({ length: 30 }, aCompletedOrder);
  const until = performance.now() + outageMs;
  for (const event of events) await publish(world.bus, event);
  requests = 0;
  let duringOutage = 0;
  await eventually(
    async () => {
      if (performance.now() < until) duringOutage = requests;
      for (const { id } of events) expect(await world.received(id)).toHaveLength(1);
    },
    { timeoutMs: 20_000 },
  );
  expect(await world.deadLetters()).toEqual([]);
  // Five break the circuit, eight may be under way, and then one asks each time it is open for a moment.
  expect(duringOutage).toBeLessThan(13 + outageMs / 50);
});
