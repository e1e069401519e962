import { newId } from '@shop/kernel';
import { createMetrics, startTracing, withSpan } from '@shop/service-kit';
import { eventually } from '@shop/testkit';
import { readyEvent, recordAll, recordEvent, recordEvents, wakeAfterCommit } from '../src/index.ts';
import { ParcelLost, ParcelSent } from './events.ts';
import { createWorld, type World } from './world.ts';

let world: World;
let relay: ReturnType<World['aRelay']>;
let closeTracing: () => Promise<void>;
const metrics = createMetrics('test');

beforeAll(async () => {
  closeTracing = startTracing().close;
  world = await createWorld();
  // Nothing but the wake after commit can be quick here.
  relay = world.aRelay({ pollMs: 60_000, metrics });
  wakeAfterCommit(world.orm.em, relay);
});

afterAll(async () => {
  await relay.close();
  await world.close();
  await closeTracing();
});

const send = (parcelId: string, step = 1) => ({ subject: parcelId, data: { parcelId, step }, aggregateVersion: step });

it('publishes what is committed exactly once and archives it', async () => {
  const parcelId = newId();
  await world.transaction((em) => recordEvents(em, ParcelSent, [send(parcelId, 1), send(parcelId, 2)]));

  const events = await eventually(async () => {
    const found = await world.eventsOf('PARCEL', parcelId);
    expect(found).toHaveLength(2);
    return found;
  });
  expect(events[0]).toMatchObject({
    specversion: '1.0',
    source: '/test',
    type: 'parcel.sent',
    subject: parcelId,
    aggregateversion: 1,
    data: { parcelId, step: 1 },
  });

  await eventually(async () => expect(await world.pendingCount()).toBe(0));
  const archived = await world.rows(
    'SELECT event_id, stream_sequence, wire_subject FROM outbox_archive WHERE aggregate_id = ? ORDER BY id',
    [parcelId],
  );
  expect(archived).toEqual(
    events.map(({ id, seq }) => ({ event_id: id, stream_sequence: seq, wire_subject: `parcel.sent.${parcelId}` })),
  );
});

it('records events of several kinds in one statement, and publishes them in the order given', async () => {
  const parcelId = newId();
  await world.transaction((em) =>
    recordAll(em, [
      readyEvent(ParcelSent, send(parcelId, 1)),
      readyEvent(ParcelLost, send(parcelId, 1)),
      readyEvent(ParcelSent, send(parcelId, 2)),
    ]),
  );
  await eventually(async () => {
    const events = await world.eventsOf('PARCEL', parcelId);
    expect(events.map(({ type }) => type)).toEqual(['parcel.sent', 'parcel.lost', 'parcel.sent']);
  });
  await eventually(async () => expect(await world.pendingCount()).toBe(0));
});

it('publishes nothing of what is rolled back', async () => {
  const parcelId = newId();
  const failing = world.transaction(async (em) => {
    await recordEvent(em, ParcelSent, send(parcelId));
    throw new Error('changed my mind');
  });
  await expect(failing).rejects.toThrow('changed my mind');
  const later = newId();
  await world.transaction((em) => recordEvent(em, ParcelSent, send(later)));

  await eventually(async () => expect(await world.eventsOf('PARCEL', later)).toHaveLength(1));
  expect(await world.eventsOf('PARCEL', parcelId)).toEqual([]);
});

it('can have an event out within 50 ms of its commit', async () => {
  const delays: number[] = [];
  for (let round = 0; round < 15; round++) {
    const parcelId = newId();
    let arrived: (() => void) | undefined;
    const arrival = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const watching = world.bus.connection.subscribe(ParcelSent.wireSubject(parcelId), { callback: () => arrived?.() });
    await world.transaction((em) => recordEvent(em, ParcelSent, send(parcelId)));
    const committedAt = performance.now();
    await arrival;
    delays.push(performance.now() - committedAt);
    watching.unsubscribe();
  }
  // The quickest tells what the relay needs; the others tell what else the machine had to do.
  expect(Math.min(...delays)).toBeLessThan(50);
});

it('wakes the relay for what a nested transaction recorded, once the outer one commits', async () => {
  const parcelId = newId();
  // What tests before this one recorded is out of the way.
  await eventually(async () => expect(await world.pendingCount()).toBe(0));
  await world.transaction(async (em) => {
    await em.transactional((inner) => recordEvent(inner, ParcelSent, send(parcelId)));
    expect(await world.pendingCount()).toBe(0);
  });
  await eventually(async () => expect(await world.eventsOf('PARCEL', parcelId)).toHaveLength(1));
});

it('keeps every character of the data', async () => {
  const parcelId = newId();
  const note = `? '; -- \\ " \u0000 \n \u2028 🎟️ 쿠폰 :named $1`;
  await world.transaction((em) =>
    recordEvent(em, ParcelSent, { subject: parcelId, data: { parcelId, step: 1, note } }),
  );
  const [event] = await eventually(async () => {
    const found = await world.eventsOf('PARCEL', parcelId);
    expect(found).toHaveLength(1);
    return found;
  });
  expect(event?.data).toEqual({ parcelId, step: 1, note });
});

it('carries the trace in which it was recorded', async () => {
  const parcelId = newId();
  await withSpan('sending', () => world.transaction((em) => recordEvent(em, ParcelSent, send(parcelId))));
  const [event] = await eventually(async () => {
    const found = await world.eventsOf('PARCEL', parcelId);
    expect(found).toHaveLength(1);
    return found;
  });
  expect(event?.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/);
});

it('refuses data that break the contract, malformed subjects and to work outside a transaction', async () => {
  const parcelId = newId();
  await eventually(async () => expect(await world.pendingCount()).toBe(0));
  const record = (subject: string, step: number) =>
    world.transaction((em) => recordEvent(em, ParcelLost, { subject, data: { parcelId, step } }));
  await expect(record(parcelId, 1.5)).rejects.toThrow(/step/);
  await expect(record('a.b', 1)).rejects.toThrow(RangeError);
  await expect(record('*', 1)).rejects.toThrow(RangeError);
  await expect(recordEvent(world.orm.em.fork(), ParcelLost, send(parcelId))).rejects.toThrow(/inside a transaction/);
  expect(await world.pendingCount()).toBe(0);
});

it('counts what it publishes and what waits', async () => {
  const text = await metrics.registry.metrics();
  expect(text).toMatch(/shop_outbox_published_total\{type="parcel.sent",service="test"\} \d+/);
  expect(text).toMatch(/shop_outbox_pending\{service="test"\} \d+/);
  expect(text).toMatch(/shop_outbox_lag_seconds\{service="test"\} [\d.]+/);
});
