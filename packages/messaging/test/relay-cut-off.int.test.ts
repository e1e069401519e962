import { newId } from '@shop/kernel';
import { createCloser, createMetrics } from '@shop/service-kit';
import { eventually } from '@shop/testkit';
import { connectBus, recordEvent, startRelay } from '../src/index.ts';
import { ParcelSent } from './events.ts';
import { natsWire } from './nats-wire.ts';
import { createWorld, log, type World } from './world.ts';

const processes = createCloser();
let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(async () => {
  await processes.close();
  await world.close();
});

/** A process with a wire of its own to NATS. */
async function aProcess() {
  const closing = processes.add(createCloser());
  const wire = closing.add(await natsWire(world.servers.nats.url));
  const bus = closing.add(await connectBus({ url: wire.url, name: 'test', log }));
  const { databaseUrl } = world.servers;
  const timing = { pollMs: 20, leadWithoutNatsMs: 100 };
  closing.add(startRelay({ databaseUrl, bus, log, metrics: createMetrics('test'), ...timing }));
  return {
    ...wire,
    async cutOff() {
      wire.cut();
      await eventually(() => expect(bus.ready()).not.toBeNull());
    },
    close: closing.close,
  };
}

async function lockHolder(): Promise<number | null> {
  const [row] = await world.rows<{ id: number | null }>(`SELECT IS_USED_LOCK(CONCAT('outbox:', DATABASE())) AS id`);
  return row?.id ?? null;
}

async function aLeader() {
  const process = await aProcess();
  const id = await eventually(async () => {
    const holder = await lockHolder();
    expect(holder).not.toBeNull();
    return holder;
  });
  return { ...process, id };
}

async function aParcel(): Promise<string> {
  const parcelId = newId();
  await world.transaction((em) => recordEvent(em, ParcelSent, { subject: parcelId, data: { parcelId, step: 1 } }));
  return parcelId;
}

it('gives way, when NATS is away from it alone, to another that has it', async () => {
  const first = await aLeader();
  const second = await aProcess();
  await first.cutOff();

  const parcelId = await aParcel();
  await eventually(async () => expect(await world.eventsOf('PARCEL', parcelId)).toHaveLength(1));
  expect(await lockHolder()).not.toBe(first.id);

  // Cut off as it is it is there when nobody else is, and publishes when it can.
  await second.close();
  await eventually(async () => expect(await lockHolder()).not.toBeNull());
  const next = await aParcel();
  first.mend();
  await eventually(async () => expect(await world.eventsOf('PARCEL', next)).toHaveLength(1));
  await first.close();
});

it('keeps its turn when NATS is away from all', async () => {
  const first = await aLeader();
  const second = await aProcess();
  // Who stood in line when NATS went may have one turn; from then on nobody stands there.
  await second.cutOff();
  await first.cutOff();
  const holders = new Set<number | null>();
  let looks = 0;
  await eventually(async () => {
    const holder = await lockHolder();
    if (holder !== null) holders.add(holder);
    expect(++looks).toBeGreaterThan(50);
  });
  expect(holders.size).toBeLessThan(5);
  await Promise.all([first.close(), second.close()]);
});
