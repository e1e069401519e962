import { newId } from '@shop/kernel';
import { createMetrics } from '@shop/service-kit';
import { eventually } from '@shop/testkit';
import { recordEvent, startRelay } from '../src/index.ts';
import { ParcelSent } from './events.ts';
import { createWorld, log, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld({ ownMysql: true });
});
afterAll(() => world.close());

it('waits for MySQL to come back, and then publishes what was left', async () => {
  const relay = world.aRelay({ pollMs: 50 });
  await eventually(async () =>
    expect(await world.rows(`SELECT IS_USED_LOCK(CONCAT('outbox:', DATABASE())) IS NULL AS free`)).toEqual([
      { free: 0 },
    ]),
  );
  await world.servers.mysql.stop();
  relay.wake();
  await world.servers.mysql.start();

  const parcelId = newId();
  await eventually(
    () => world.transaction((em) => recordEvent(em, ParcelSent, { subject: parcelId, data: { parcelId, step: 1 } })),
    { timeoutMs: 10_000 },
  );
  await eventually(async () => expect(await world.eventsOf('PARCEL', parcelId)).toHaveLength(1), { timeoutMs: 10_000 });
  await relay.close();
});

it('closes while its database is away', async () => {
  await world.servers.mysql.stop();
  const { databaseUrl } = world.servers;
  const relay = startRelay({ databaseUrl, bus: world.bus, log, metrics: createMetrics('test') });
  await relay.close();
  await world.servers.mysql.start();
});
