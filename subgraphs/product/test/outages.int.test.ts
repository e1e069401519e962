import { newId } from '@shop/kernel';
import { eventually, type TestServer } from '@shop/testkit';
import { dataOf, startWorld, type World } from './world.ts';

interface Report {
  ready: boolean;
  reasons: Record<string, string>;
  degraded: Record<string, string>;
}

let world: World;
beforeAll(async () => {
  world = await startWorld({ ownMysql: true, env: { HOLD_SWEEP_MS: '100' } });
});
afterAll(() => world.close());

const readiness = async () => (await (await fetch(`${world.url}/readyz`)).json()) as Report;
const listed = () => dataOf<object>(world.anonymous.query('{ products { nodes { id stock { available } } } }'));

/** Stops a server, looks at what is left, and starts it again whatever was seen. */
async function without(server: TestServer, look: () => Promise<void>): Promise<void> {
  await server.stop();
  try {
    await look();
  } finally {
    await server.start();
  }
}

it('says why it cannot serve while MySQL is away, and comes back by itself', async () => {
  const productId = await world.aProduct({ stock: 3 });
  await without(world.servers.mysql, async () => {
    await eventually(async () =>
      expect(await readiness()).toMatchObject({ ready: false, reasons: { mysql: expect.any(String) } }),
    );
    const { errors } = await world.anonymous.query('{ products { nodes { id } } }');
    expect(errors?.[0]?.extensions.code).toBe('SERVICE_UNAVAILABLE');
    await expect(world.hold(newId(), [{ productId, quantity: 1 }])).rejects.toThrow();
  });
  await eventually(async () => expect(await readiness()).toMatchObject({ ready: true, reasons: {} }));
  expect(await world.hold(newId(), [{ productId, quantity: 3 }])).toMatchObject({ outcome: 'HELD' });
});

it('can be browsed and edited while NATS is away, and takes orders again afterwards', async () => {
  const productId = await world.aProduct({ stock: 3 });
  await without(world.servers.nats, async () => {
    await eventually(async () => expect((await readiness()).degraded).toHaveProperty('nats'));
    expect(await readiness()).toMatchObject({ ready: true });
    expect(await listed()).toBeDefined();
    await dataOf(
      world.admin.query(
        'mutation ($id: ID!) { updateProduct(input: { id: $id, name: "Edited" }) { product { id } } }',
        {
          id: productId,
        },
      ),
    );
  });
  await eventually(async () => {
    expect(await world.hold(newId(), [{ productId, quantity: 1 }])).toMatchObject({
      lines: [{ productName: 'Edited' }],
    });
  });
});
