import { newId } from '@shop/kernel';
import { createMetrics } from '@shop/service-kit';
import { eventually } from '@shop/testkit';
import { openDatabaseSession } from '../src/database-session.ts';
import { ensureStreams, recordEvent, recordEvents } from '../src/index.ts';
import { deleteOlderThan } from '../src/outbox.ts';
import { ParcelLost, ParcelSent, ParcelWeighed, SCALES } from './events.ts';
import { createWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const step = (parcelId: string, n: number) => ({ subject: parcelId, data: { parcelId, step: n } });

async function lockHolder(): Promise<number | null> {
  const [row] = await world.rows<{ id: number | null }>(`SELECT IS_USED_LOCK(CONCAT('outbox:', DATABASE())) AS id`);
  return row?.id ?? null;
}

/** By a bus of its own: whoever made a stream makes it again when it is gone. */
async function makeScales(): Promise<void> {
  const bus = await world.aBus();
  await ensureStreams(bus, [SCALES]);
  await bus.close();
}

it('stops an aggregate at its first event that cannot be published, and only that one', async () => {
  const [stuck, free] = [newId(), newId()];
  const relay = world.aRelay({ pollMs: 100 });
  await world.transaction(async (em) => {
    await recordEvent(em, ParcelSent, step(stuck, 1));
    await recordEvent(em, ParcelWeighed, step(stuck, 2));
    await recordEvent(em, ParcelSent, step(stuck, 3));
    await recordEvents(em, ParcelSent, [step(free, 1), step(free, 2)]);
  });

  await eventually(async () => expect(await world.eventsOf('PARCEL', free)).toHaveLength(2));
  expect(await world.eventsOf('PARCEL', stuck)).toMatchObject([{ data: { step: 1 } }]);
  await eventually(async () => expect(await world.pendingCount()).toBe(2));

  await makeScales();
  await eventually(async () => expect(await world.pendingCount()).toBe(0));
  const order = await world.rows<{ type: string; published_at: string }>(
    'SELECT type FROM outbox_archive WHERE aggregate_id = ? ORDER BY id',
    [stuck],
  );
  expect(order.map(({ type }) => type)).toEqual(['parcel.sent', 'parcel.weighed', 'parcel.sent']);
  expect(await world.eventsOf('PARCEL', stuck)).toMatchObject([{ data: { step: 1 } }, { data: { step: 3 } }]);
  await relay.close();
});

it('goes on past a batch full of events that cannot be published', async () => {
  const free = newId();
  await world.bus.admin.streams.delete('SCALES');
  await world.transaction(async (em) => {
    await recordEvents(
      em,
      ParcelWeighed,
      Array.from({ length: 600 }, (_, n) => step(newId(), n)),
    );
    await recordEvent(em, ParcelSent, step(free, 1));
  });
  const relay = world.aRelay();
  await eventually(async () => expect(await world.eventsOf('PARCEL', free)).toHaveLength(1));
  await eventually(async () => expect(await world.pendingCount()).toBe(600));
  await makeScales();
  await eventually(async () => expect(await world.pendingCount()).toBe(0));
  await relay.close();
});

it('lets one relay per database work, and another take over when it ends', async () => {
  const first = world.aRelay({ pollMs: 60_000 });
  const holder = await eventually(async () => {
    const id = await lockHolder();
    expect(id).not.toBeNull();
    return id;
  });
  const second = world.aRelay({ bus: await world.aBus('second'), pollMs: 60_000 });

  // The one without the lock passes the wake on to the one that has it.
  const woken = newId();
  await world.transaction((em) => recordEvent(em, ParcelSent, step(woken, 1)));
  second.wake();
  await eventually(async () => expect(await world.eventsOf('PARCEL', woken)).toHaveLength(1));
  expect(await lockHolder()).toBe(holder);

  const left = newId();
  await first.close();
  await world.transaction((em) => recordEvent(em, ParcelSent, step(left, 1)));
  second.wake();
  await eventually(async () => {
    expect(await lockHolder()).not.toBe(holder);
    second.wake();
    expect(await world.eventsOf('PARCEL', left)).toHaveLength(1);
  });
  await second.close();
});

it('keeps the order of every aggregate while the holder of the lock is killed again and again', async () => {
  const parcels = Array.from({ length: 8 }, newId);
  const relays = [world.aRelay({ pollMs: 50 }), world.aRelay({ pollMs: 50, bus: await world.aBus('second') })];
  let kills = 0;
  for (let n = 1; n <= 60; n++) {
    await world.transaction(async (em) => {
      await recordEvents(
        em,
        ParcelSent,
        parcels.map((parcelId) => step(parcelId, 2 * n - 1)),
      );
      await recordEvents(
        em,
        ParcelLost,
        parcels.map((parcelId) => step(parcelId, 2 * n)),
      );
    });
    const holder = n % 15 === 0 ? await lockHolder() : null;
    if (holder === null) continue;
    await world.rows(`KILL ${holder}`);
    kills++;
  }
  await eventually(async () => expect(await world.pendingCount()).toBe(0), { timeoutMs: 30_000 });

  expect(kills).toBeGreaterThan(0);
  const expected = Array.from({ length: 120 }, (_, n) => n + 1);
  for (const parcelId of parcels) {
    const events = await world.eventsOf('PARCEL', parcelId);
    expect(events.map(({ data }) => (data as { step: number }).step)).toEqual(expected);
  }
  await Promise.all(relays.map((relay) => relay.close()));
});

it('waits for NATS to come back, and then publishes what was committed meanwhile', async () => {
  const parcelId = newId();
  const relay = world.aRelay({ pollMs: 100 });
  await world.servers.nats.stop();
  await eventually(() => expect(world.bus.ready()).not.toBeNull());
  await world.transaction((em) => recordEvents(em, ParcelSent, [step(parcelId, 1), step(parcelId, 2)]));
  relay.wake();
  expect(await world.pendingCount()).toBe(2);

  await world.servers.nats.start();
  await eventually(async () => expect(await world.pendingCount()).toBe(0), { timeoutMs: 30_000 });
  expect(await world.eventsOf('PARCEL', parcelId)).toMatchObject([{ data: { step: 1 } }, { data: { step: 2 } }]);
  await relay.close();
});

it('waits for no transaction that has recorded an event and goes on', async () => {
  const [before, held, after] = [newId(), newId(), newId()];
  const published = async () => {
    const rows = await world.rows<{ id: string }>(
      'SELECT aggregate_id AS id FROM outbox_archive WHERE aggregate_id IN (?)',
      [[before, held, after]],
    );
    return rows.map(({ id }) => id).sort();
  };
  const record = (parcelId: string) => world.transaction((em) => recordEvent(em, ParcelSent, step(parcelId, 1)));
  await record(before);
  let relay: ReturnType<World['aRelay']> | undefined;
  await world.transaction(async (em) => {
    await recordEvent(em, ParcelSent, step(held, 1));
    await record(after);
    relay = world.aRelay({ pollMs: 50 });
    await eventually(async () => expect(await published()).toEqual([before, after].sort()));
  });
  await eventually(async () => expect(await published()).toEqual([before, held, after].sort()));
  await relay?.close();
});

it('publishes once more without a duplicate what a dead relay published and did not archive', async () => {
  const parcelId = newId();
  await world.transaction((em) => recordEvent(em, ParcelSent, step(parcelId, 1)));
  const [row] = await world.rows<{ event_id: string; envelope: string }>(
    'SELECT event_id, envelope FROM outbox_pending',
  );
  const ack = await world.bus.stream.publish(ParcelSent.wireSubject(parcelId), row?.envelope, { msgID: row?.event_id });

  const relay = world.aRelay();
  await eventually(async () => expect(await world.pendingCount()).toBe(0));
  expect(await world.eventsOf('PARCEL', parcelId)).toHaveLength(1);
  expect(await world.rows('SELECT stream_sequence FROM outbox_archive WHERE aggregate_id = ?', [parcelId])).toEqual([
    { stream_sequence: ack.seq },
  ]);
  await relay.close();
});

it('clears the archive in pieces, with time for other work after each', async () => {
  await world.rows(
    `INSERT INTO outbox_archive
       (id, event_id, stream, wire_subject, type, aggregate_id, envelope, created_at, published_at, stream_sequence)
     WITH RECURSIVE n (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < 34)
     SELECT 1000000 + a.n * 35 + b.n, UUID(), 'PARCEL', 'parcel.sent.a', 'parcel.sent', 'a', '{}', '2020-01-01',
            '2020-01-01', 1 FROM n AS a JOIN n AS b`,
  );
  await world.rows(`UPDATE outbox_archive SET id = id + 2000000 WHERE id < 1000000`);
  const left: number[] = [];
  const session = await openDatabaseSession(world.servers.databaseUrl);
  await deleteOlderThan(session, 30, async () => {
    const [row] = await world.rows<{ n: number }>('SELECT COUNT(*) AS n FROM outbox_archive WHERE id < 2000000');
    left.push(Number(row?.n));
  });
  session.close();
  expect(left).toEqual([725, 225, 0]);
});

it('deletes what is old from archive and inbox, and nothing else', async () => {
  const oldId = '01800000-0000-7000-8000-000000000000';
  await world.rows(`UPDATE outbox_archive SET published_at = UTC_TIMESTAMP(3) - INTERVAL 31 DAY WHERE id % 2 = 0`);
  await world.rows(
    `INSERT INTO inbox VALUES ('a', ?, UTC_TIMESTAMP(3) - INTERVAL 40 DAY), ('b', ?, UTC_TIMESTAMP(3)), ('a', ?, UTC_TIMESTAMP(3))`,
    [oldId, oldId, newId()],
  );
  const [before] = await world.rows<{ fresh: number }>('SELECT COUNT(*) AS fresh FROM outbox_archive WHERE id % 2 = 1');

  const session = await openDatabaseSession(world.servers.databaseUrl);
  await deleteOlderThan(session, 30);
  session.close();

  expect(await world.rows('SELECT COUNT(*) AS n, COUNT(DISTINCT id % 2) AS halves FROM outbox_archive')).toEqual([
    { n: before?.fresh, halves: 1 },
  ]);
  expect(await world.rows('SELECT consumer, COUNT(*) AS n FROM inbox GROUP BY consumer ORDER BY consumer')).toEqual([
    { consumer: 'a', n: 1 },
    { consumer: 'b', n: 1 },
  ]);
});

it('is not held up by a flood: it ends when told, sees who commits late, and measures', async () => {
  const FLOOD = 10_000;
  const metrics = createMetrics('test');
  const held = newId();
  let relay: ReturnType<World['aRelay']> | undefined;
  await world.transaction(async (em) => {
    await recordEvent(em, ParcelSent, step(held, 1));
    await world.rows(
      `INSERT INTO outbox_pending (event_id, stream, wire_subject, type, aggregate_id, envelope, created_at)
       WITH RECURSIVE n (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < 99)
       SELECT UUID(), 'PARCEL', CONCAT('parcel.sent.flood-', a.n), 'parcel.sent', CONCAT('flood-', a.n), '{}',
              UTC_TIMESTAMP(3) FROM n AS a JOIN n AS b WHERE b.n < ?`,
      [FLOOD / 100],
    );
    relay = world.aRelay({ metrics, longestWalkMs: 0 });
    await eventually(async () => expect(await world.pendingCount()).toBeLessThan(FLOOD), { everyMs: 1 });
  });
  const heldIsOut = 'SELECT 1 FROM outbox_archive WHERE aggregate_id = ?';
  await eventually(async () => expect(await world.rows(heldIsOut, [held])).toHaveLength(1), { everyMs: 1 });
  const { values } = await metrics.gauge('shop_outbox_pending', '').get();
  expect(values[0]?.value).toBeGreaterThan(0);
  await relay?.close();
  expect(await world.pendingCount()).toBeGreaterThan(0);

  const next = world.aRelay();
  await eventually(async () => expect(await world.pendingCount()).toBe(0));
  await next.close();
});
