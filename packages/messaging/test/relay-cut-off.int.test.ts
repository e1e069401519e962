import { newId } from '@shop/kernel';
import { createCloser, createMetrics } from '@shop/service-kit';
import { eventually, wireTo } from '@shop/testkit';
import { connectBus, recordEvent, startRelay } from '../src/index.ts';
import { ParcelSent } from './events.ts';
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

/** A process with wires of its own to NATS and MySQL. */
async function aProcess({ pollMs = 20 } = {}) {
  const closing = processes.add(createCloser());
  const wire = closing.add(await wireTo(world.servers.nats.url));
  const bus = closing.add(await connectBus({ url: wire.url, name: 'test', log }));
  const database = closing.add(await wireTo(world.servers.databaseUrl));
  const timing = { pollMs, leadWithoutNatsMs: 100, standBackMs: 100 };
  const relay = closing.add(
    startRelay({ databaseUrl: database.url, bus, log, metrics: createMetrics('test'), ...timing }),
  );
  return {
    ...wire,
    wake: relay.wake,
    statements: () => database.writes.length,
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

async function aLeader(options?: { pollMs: number }) {
  const process = await aProcess(options);
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

/** Who waits for the lock until it is free. */
const standingInLine = () =>
  world.rows(`SELECT id FROM information_schema.processlist WHERE info LIKE 'SELECT GET_LOCK(%, 5) AS taken'`);

it('stands in line again, some time after it gave way, although its connection to NATS never broke', async () => {
  const first = await aLeader();
  const second = await aProcess();
  await eventually(async () => expect(await standingInLine()).toHaveLength(1));
  first.holdUp();
  const parcelId = await aParcel();
  await eventually(async () => expect(await world.eventsOf('PARCEL', parcelId)).toHaveLength(1), { timeoutMs: 20_000 });
  expect(await lockHolder()).not.toBe(first.id);
  first.letGo();
  await eventually(async () => expect(await standingInLine()).toHaveLength(1));
  await Promise.all([first.close(), second.close()]);
});

it('asks MySQL no more often, while it cannot publish, because more is committed', async () => {
  const first = await aLeader({ pollMs: 1_000 });
  await first.cutOff();
  const before = first.statements();
  for (let commits = 0; commits < 500; commits++) {
    await world.rows('SELECT 1');
    first.wake();
  }
  expect(first.statements() - before).toBeLessThan(50);
  await first.close();
});
