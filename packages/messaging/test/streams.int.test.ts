import { eventually } from '@shop/testkit';
import { connectBus, ensureStreams } from '../src/index.ts';
import { PARCEL, ParcelLost, ParcelSent, SCALES } from './events.ts';
import { createWorld, log, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

it('is created and extended by many processes at once, and loses no subject', async () => {
  const buses = await Promise.all(Array.from({ length: 5 }, () => world.aBus()));
  const variants = buses.map((_, n) => ({ ...SCALES, subjects: [`scales.${n}.*`, `scales.${n + 1}.*`] }));
  await Promise.all(buses.map((bus, n) => ensureStreams(bus, [variants[n] ?? SCALES])));
  const { config } = await world.bus.admin.streams.info('SCALES');
  expect([...config.subjects].sort()).toEqual(Array.from({ length: 6 }, (_, n) => `scales.${n}.*`));
  expect(config).toMatchObject({ storage: 'file', retention: 'limits', duplicate_window: 3_600_000_000_000 });
});

it('is there again after a server came back without its store', async () => {
  await world.bus.admin.streams.delete('PARCEL');
  await world.servers.nats.stop();
  await world.servers.nats.start();
  await eventually(
    async () => {
      const { config } = await world.bus.admin.streams.info('PARCEL');
      expect(config.subjects).toEqual([ParcelSent.pattern, ParcelLost.pattern]);
    },
    { timeoutMs: 10_000 },
  );
  expect(PARCEL.subjects).toEqual([ParcelSent.pattern, ParcelLost.pattern]);
});

it('is there again after somebody deleted it', async () => {
  const bus = await world.aBus();
  const DOORS = { name: 'DOORS', subjects: ['door.opened.*'], maxAgeDays: 1 };
  await ensureStreams(bus, [DOORS], { recheckMs: 50 });
  await bus.admin.streams.delete('DOORS');
  await eventually(async () => expect((await bus.admin.streams.info('DOORS')).state.messages).toBe(0));
  await bus.close();
});

it('waits for a NATS that is not there yet', async () => {
  await world.servers.nats.stop();
  const connecting = connectBus({ url: world.servers.nats.url, name: 'early', log });
  await world.servers.nats.start();
  const bus = await connecting;
  expect(bus.ready()).toBeNull();
  await bus.close();
  expect(bus.ready()).not.toBeNull();
});
