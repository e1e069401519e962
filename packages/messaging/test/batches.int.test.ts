import { newId } from '@shop/kernel';
import { eventually } from '@shop/testkit';
import { openDatabaseSession } from '../src/database-session.ts';
import { ensureStreams, recordEvents } from '../src/index.ts';
import { readPending } from '../src/outbox.ts';
import { createEventPublisher } from '../src/publish-events.ts';
import { hasBatches } from '../src/server-version.ts';
import { PARCEL, ParcelLost, ParcelSent, ParcelWeighed, SCALES } from './events.ts';
import { createWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

interface Archived {
  event_id: string;
  aggregate_id: string;
  stream_sequence: number;
}

const step = (parcelId: string, n: number) => ({ subject: parcelId, data: { parcelId, step: n } });

/** So many parcels, each with two events, recorded in turns in one transaction. */
async function recordParcels(count: number): Promise<string[]> {
  const parcels = Array.from({ length: count }, newId);
  await world.transaction(async (em) => {
    for (const n of [1, 2]) {
      await recordEvents(
        em,
        ParcelSent,
        parcels.map((parcelId) => step(parcelId, n)),
      );
    }
  });
  return parcels;
}

/** Relays what is in the outbox until so many events are left. */
async function relay(left = 0, { pollMs = 50 } = {}): Promise<void> {
  const working = world.aRelay({ pollMs });
  await eventually(async () => expect(await world.pendingCount()).toBe(left));
  await working.close();
}

async function stored(sequence: number) {
  const message = await world.bus.admin.streams.getMessage('PARCEL', { seq: sequence });
  return { eventId: message?.header.get('Nats-Msg-Id'), batch: message?.header.get('Nats-Batch-Id') };
}

/** Every event is in its stream once, at the place the archive names, and each parcel's in their order. */
async function mustBeStoredOnce(parcels: readonly string[]): Promise<string[]> {
  const archived = await world.rows<Archived>(
    'SELECT event_id, aggregate_id, stream_sequence FROM outbox_archive WHERE aggregate_id IN (?) ORDER BY id',
    [parcels],
  );
  expect(archived).toHaveLength(2 * parcels.length);
  const places = await Promise.all(archived.map(({ stream_sequence }) => stored(Number(stream_sequence))));
  expect(places.map(({ eventId }) => eventId)).toEqual(archived.map(({ event_id }) => event_id));
  const lastOf = new Map<string, number>();
  for (const { aggregate_id, stream_sequence } of archived) {
    expect(Number(stream_sequence)).toBeGreaterThan(lastOf.get(aggregate_id) ?? 0);
    lastOf.set(aggregate_id, Number(stream_sequence));
  }
  return places.flatMap(({ batch }) => batch || []);
}

const messages = async () => (await world.bus.admin.streams.info('PARCEL')).state.messages;

it('publishes many events together, each at a place of its own, while others publish too', async () => {
  const before = await messages();
  const parcels = await recordParcels(60);
  let isOver = false;
  const others = (async () => {
    let sent = 0;
    for (; !isOver; sent++) await world.sendParcel(newId());
    return sent;
  })();
  await relay();
  isOver = true;
  const sent = await others;

  const batches = await mustBeStoredOnce(parcels);
  expect(await messages()).toBe(before + 120 + sent);
  // An older server takes them one by one.
  const inBatches = hasBatches(world.bus) ? 120 : 0;
  expect([batches.length, new Set(batches).size]).toEqual([inBatches, Math.sign(inBatches)]);
});

it('publishes one by one what a relay died over, and nothing twice', async () => {
  const before = await messages();
  const parcels = await recordParcels(30);
  const rows = await world.rows<{ event_id: string; wire_subject: string; envelope: string }>(
    'SELECT event_id, wire_subject, envelope FROM outbox_pending ORDER BY id LIMIT 20',
  );
  for (const { event_id, wire_subject, envelope } of rows) {
    await world.bus.stream.publish(wire_subject, envelope, { msgID: event_id });
  }
  await relay();
  expect(await mustBeStoredOnce(parcels)).toEqual([]);
  expect(await messages()).toBe(before + 60);
});

it('publishes nothing twice of a batch that a relay died over once it was stored', async () => {
  const before = await messages();
  const parcels = await recordParcels(30);
  const session = await openDatabaseSession(world.servers.databaseUrl);
  const { published } = await createEventPublisher(world.bus).publish(await readPending(session, 0, 100));
  session.close();
  expect(published).toHaveLength(60);
  await relay();
  await mustBeStoredOnce(parcels);
  expect(await messages()).toBe(before + 60);
});

it('loses nothing and publishes nothing twice when NATS ends and comes back in the middle', async () => {
  const before = await messages();
  const parcels = await recordParcels(500);
  const working = world.aRelay({ pollMs: 50 });
  await eventually(async () => expect(await messages()).toBeGreaterThan(before), { everyMs: 1 });
  await world.servers.nats.kill();
  await world.servers.nats.start();
  await eventually(async () => expect(await world.pendingCount()).toBe(0), { timeoutMs: 60_000 });
  await working.close();
  await mustBeStoredOnce(parcels);
  expect(await messages()).toBe(before + 1_000);
}, 120_000);

it.each([
  ['of no subject of its stream', 'parcel.stolen', '{}'],
  ['too large for NATS', ParcelSent.type, JSON.stringify({ note: 'x'.repeat(2_000_000) })],
])('stops no other aggregate, and takes it for no outage, when an event is %s', async (_, type, envelope) => {
  const stuck = newId();
  await world.rows(
    `INSERT INTO outbox_pending (event_id, stream, wire_subject, type, aggregate_id, envelope, created_at)
     VALUES (?, 'PARCEL', ?, ?, ?, ?, UTC_TIMESTAMP(3))`,
    [newId(), `${type}.${stuck}`, type, stuck, envelope],
  );
  // More than are read at once: where NATS is taken to be away, the rest waits for the next look.
  const parcels = await recordParcels(150);
  await relay(1, { pollMs: 600_000 });
  await mustBeStoredOnce(parcels);
  await world.rows('DELETE FROM outbox_pending');
});

it('keeps the order of an aggregate whose events are in several streams, beside many of one stream', async () => {
  const both = newId();
  await world.transaction(async (em) => {
    await recordEvents(em, ParcelSent, [step(both, 1)]);
    await recordEvents(em, ParcelWeighed, [step(both, 2)]);
    await recordEvents(em, ParcelLost, [step(both, 3)]);
  });
  const parcels = await recordParcels(30);
  await relay(2);
  await mustBeStoredOnce(parcels);
  expect(await world.eventsOf('PARCEL', both)).toMatchObject([{ data: { step: 1 } }]);

  const bus = await world.aBus();
  await ensureStreams(bus, [SCALES]);
  await bus.close();
  await relay();
  expect(await world.eventsOf('PARCEL', both)).toMatchObject([{ data: { step: 1 } }, { data: { step: 3 } }]);
});

it('publishes one by one to a stream that takes no batches, and has those who ensure it change that', async () => {
  await world.bus.admin.streams.delete('PARCEL');
  await world.bus.admin.streams.add({ name: 'PARCEL', subjects: [...PARCEL.subjects], storage: 'file' });
  const parcels = await recordParcels(30);
  await relay();
  expect(await mustBeStoredOnce(parcels)).toEqual([]);

  const bus = await world.aBus();
  await ensureStreams(bus, [PARCEL]);
  await bus.close();
  const { config } = await world.bus.admin.streams.info('PARCEL');
  expect(config.allow_atomic ?? false).toBe(hasBatches(world.bus));
  expect(config.subjects).toEqual([...PARCEL.subjects]);
});
