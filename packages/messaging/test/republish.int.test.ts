import { jest } from '@jest/globals';
import { newId } from '@shop/kernel';
import { eventually } from '@shop/testkit';
import { ensureStreams, REPUBLISHED, recordEvents, withInbox } from '../src/index.ts';
import { PARCEL, ParcelLost, ParcelSent } from './events.ts';
import { runEventsCommand } from './events-command.ts';
import { createWorld, type World } from './world.ts';

let world: World;
let relay: ReturnType<World['aRelay']>;
beforeAll(async () => {
  world = await createWorld();
  relay = world.aRelay({ pollMs: 50 });
});
afterAll(async () => {
  await relay.close();
  await world.close();
});

// Each command is a process of its own, and the machine may be busy.
jest.setTimeout(60_000);

const events = (...args: string[]) =>
  runEventsCommand(args, { NATS_URL: world.servers.nats.url, OUTBOX_DATABASE_URLS: world.servers.databaseUrl });

/** Parcels with so many events each, recorded in turns and published. */
async function parcelsOnTheWay(parcels: number, steps: number): Promise<string[]> {
  const ids = Array.from({ length: parcels }, newId);
  for (let step = 1; step <= steps; step++) {
    const definition = step % 2 === 0 ? ParcelLost : ParcelSent;
    const stepOf = (parcelId: string) => ({ subject: parcelId, data: { parcelId, step }, aggregateVersion: step });
    await world.transaction((em) => recordEvents(em, definition, ids.map(stepOf)));
  }
  relay.wake();
  await eventually(async () => expect(await world.pendingCount()).toBe(0), { timeoutMs: 30_000 });
  return ids;
}

const stepsIn = async (parcelId: string): Promise<number[]> =>
  (await world.eventsOf('PARCEL', parcelId)).map(({ data }) => (data as { step: number }).step);

async function loseStream(): Promise<void> {
  await world.bus.admin.streams.delete('PARCEL');
  await ensureStreams(await world.aBus(), [PARCEL]);
}

it('brings everything back once, in the order of every aggregate, after a stream was lost', async () => {
  const parcels = await parcelsOnTheWay(30, 10);
  const [before] = await world.rows<{ n: number }>('SELECT COUNT(*) AS n FROM outbox_archive');
  await loseStream();

  const rehearsal = await events('republish', '--since', '1h', '--dry-run');
  expect(rehearsal).toMatchObject({ code: 0, out: expect.stringContaining(`${before?.n} to be published`) });
  expect((await world.bus.admin.streams.info('PARCEL')).state.messages).toBe(0);

  const first = await events('republish', '--since', '1h', '--stream', 'PARCEL');
  expect(first).toMatchObject({ code: 0, out: expect.stringContaining(`${before?.n} published again`) });
  for (const parcelId of parcels.slice(0, 3)) {
    expect(await stepsIn(parcelId)).toEqual(Array.from({ length: 10 }, (_, n) => n + 1));
  }
  const { state } = await world.bus.admin.streams.info('PARCEL');
  expect(state.messages).toBe(before?.n);
  const message = await world.bus.admin.streams.getMessage('PARCEL', { seq: 1 });
  expect(message?.header.get(REPUBLISHED)).toMatch(/^\d{4}-/);

  const second = await events('republish', '--since', '1h');
  expect(second.out).toContain(`${before?.n} still in their streams, 0 published again`);
  expect((await world.bus.admin.streams.info('PARCEL')).state.messages).toBe(before?.n);
});

it('brings back what is missing and nothing else, also inside the hour in which JetStream knows the ids', async () => {
  const [kept, purged] = (await parcelsOnTheWay(2, 4)) as [string, string];
  await world.bus.admin.streams.purge('PARCEL', { filter: ParcelSent.wireSubject(purged) });
  expect(await stepsIn(purged)).toEqual([2, 4]);

  const { out } = await events('republish', '--since', '1h');
  expect(out).toContain('2 published again');
  expect(await stepsIn(kept)).toEqual([1, 2, 3, 4]);
  expect((await stepsIn(purged)).sort()).toEqual([1, 2, 3, 4]);
  expect((await events('republish', '--since', '1h')).out).toContain(' 0 published again');
});

it('takes the time it was asked for, and no other', async () => {
  const [old] = (await parcelsOnTheWay(1, 2)) as [string];
  await world.rows('UPDATE outbox_archive SET created_at = created_at - INTERVAL 2 HOUR');
  const [fresh] = (await parcelsOnTheWay(1, 2)) as [string];
  await loseStream();
  expect((await events('republish', '--since', '1h')).out).toContain('2 events, 0 still in their streams, 2 published');
  expect([await stepsIn(old), await stepsIn(fresh)]).toEqual([[], [1, 2]]);
  expect((await events('republish', '--since', '3h', '--until', '1h', '--dry-run')).out).not.toContain(' 0 to be');
});

it('has no second effect on a consumer that remembers', async () => {
  const [parcelId] = (await parcelsOnTheWay(1, 2)) as [string];
  const effects: string[] = [];
  const take = async () => {
    for (const { id } of await world.eventsOf('PARCEL', parcelId)) {
      await withInbox(world.orm.em.fork(), 'once', id, async () => effects.push(id));
    }
  };
  await take();
  await loseStream();
  await events('republish', '--since', '1h');
  await take();
  expect(effects).toHaveLength(2);
  expect(new Set(effects).size).toBe(2);
});

it('says what to do when something is missing', async () => {
  expect(await events('republish')).toMatchObject({ code: 2, err: expect.stringMatching(/--since takes 2h/) });
  expect(await events('--help')).toMatchObject({ code: 0, out: expect.stringMatching(/usage: events/) });
  expect(await runEventsCommand(['deadletters', 'list'], {})).toMatchObject({
    code: 2,
    err: expect.stringMatching(/NATS_URL is missing/),
  });
  const nats = { NATS_URL: world.servers.nats.url };
  expect(await runEventsCommand(['republish', '--since', '1h'], nats)).toMatchObject({
    code: 2,
    err: expect.stringMatching(/OUTBOX_DATABASE_URLS is missing/),
  });
  const nowhere = { ...nats, OUTBOX_DATABASE_URLS: 'mysql://nobody:secret@127.0.0.1:1/shop_order' };
  const failed = await runEventsCommand(['republish', '--since', '1h'], nowhere);
  expect(failed).toMatchObject({ code: 1, err: expect.stringMatching(/shop_order: MySQL cannot be reached/) });
  expect(failed.err).not.toContain('secret');
});
