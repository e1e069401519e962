import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createDataPlatform } from '@shop/local/stand-ins';
import { eventually } from '@shop/testkit';
import { aCompletedOrder, publish, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  const platform = createDataPlatform();
  platform.addHook('onRequest', async (request, reply) =>
    request.url === '/events' ? reply.status(422).send({ error: 'unknown shop' }) : undefined,
  );
  world = await startWorld({ platform });
});
afterAll(() => world.close());

it('puts aside what the data platform refuses, with its reason', async () => {
  const event = aCompletedOrder();
  await publish(world.bus, event);
  await eventually(
    async () =>
      expect(await world.deadLetters()).toEqual([
        expect.objectContaining({ event, error: expect.stringMatching(/422.*unknown shop/) }),
      ]),
    { timeoutMs: 30_000 },
  );
  expect(await world.metrics()).toMatch(/shop_data_platform_deliveries_total\{.*outcome="failed".*\} 3/);
});
