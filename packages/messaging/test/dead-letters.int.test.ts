import { jest } from '@jest/globals';
import { newId } from '@shop/kernel';
import { createMetrics } from '@shop/service-kit';
import { eventually } from '@shop/testkit';
import { type EventOf, startBroadcast, startConsumer, withInbox } from '../src/index.ts';
import { ParcelSent } from './events.ts';
import { runEventsCommand } from './events-command.ts';
import { createWorld, log, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

// Each command is a process of its own, and the machine may be busy.
jest.setTimeout(60_000);

const running: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.close()));
});

const events = (...args: string[]) => runEventsCommand(args, { NATS_URL: world.servers.nats.url });

function consuming(durable: string, handle: (event: EventOf<typeof ParcelSent>) => Promise<void>): void {
  const common = { bus: world.bus, stream: 'PARCEL', events: [ParcelSent], log, metrics: createMetrics('test') };
  running.push(startConsumer({ ...common, durable, handle, backoffMs: [10], maxAttempts: 2 }));
}

it('lists, shows and gives back what a consumer gave up on, to it alone, for one effect', async () => {
  const parcelId = newId();
  const effects: string[] = [];
  const [othersSaw, broadcast]: [string[], string[]] = [[], []];
  let broken = true;
  consuming('repaired', async (event) => {
    if (broken && event.subject === parcelId) throw new Error('the van is broken');
    await withInbox(world.orm.em.fork(), 'repaired', event.id, async () => effects.push(event.id));
  });
  consuming('other', async ({ id }) => void othersSaw.push(id));
  running.push(
    startBroadcast({ bus: await world.aBus(), events: [ParcelSent], handle: ({ id }) => void broadcast.push(id) }),
  );
  // Only shows that everybody listens.
  await eventually(async () => {
    await world.sendParcel(newId());
    expect(Math.min(effects.length, othersSaw.length, broadcast.length)).toBeGreaterThan(0);
  });

  const eventId = await world.sendParcel(parcelId);
  await eventually(async () => expect(await world.lettersOf('repaired')).toHaveLength(1));
  const list = await events('deadletters', 'list');
  expect(list.code).toBe(0);
  expect(list.out).toMatch(new RegExp(`PARCEL +repaired +parcel.sent +${eventId} +2 +the van is broken`));
  const [summary] = JSON.parse((await events('deadletters', 'list', '--json', '--stream', 'PARCEL')).out);
  expect(summary).toMatchObject({
    stream: 'PARCEL',
    consumer: 'repaired',
    eventId,
    type: 'parcel.sent',
    deliveries: 2,
  });
  expect(JSON.parse((await events('deadletters', 'show', '--id', eventId)).out)).toMatchObject({
    number: summary.number,
    event: { id: eventId, data: { parcelId } },
    error: 'the van is broken',
  });
  expect((await events('deadletters', 'list', '--stream', 'OTHER')).out).toBe('There are no dead letters.\n');

  broken = false;
  expect(await events('deadletters', 'redrive', '--id', eventId)).toMatchObject({
    code: 0,
    out: '1 given back, 0 left\n',
  });
  await eventually(() => expect(effects).toContain(eventId));
  // Both have passed it over once they have seen what came after it.
  const after = await world.sendParcel(newId());
  await eventually(() => expect([othersSaw.at(-1), broadcast.at(-1)]).toEqual([after, after]));
  for (const seen of [effects, othersSaw, broadcast]) expect(seen.filter((id) => id === eventId)).toHaveLength(1);
  expect((await events('deadletters', 'list')).out).toBe('There are no dead letters.\n');
});

it('gives back even what cannot be read, and what has taken effect already has no other', async () => {
  const [parcelId, effects]: [string, string[]] = [newId(), []];
  let failing = true;
  consuming('careful', async (event) => {
    await withInbox(world.orm.em.fork(), 'careful', event.id, async () => effects.push(event.id));
    if (failing && event.subject === parcelId) throw new Error('after the effect');
  });
  await world.publish(ParcelSent.wireSubject('torn'), 'not even JSON');
  const eventId = await world.sendParcel(parcelId);
  await eventually(async () => expect(await world.lettersOf('careful')).toHaveLength(2));

  failing = false;
  expect(await events('deadletters', 'redrive', '--all')).toMatchObject({ code: 0, out: '2 given back, 0 left\n' });
  // The one that cannot be read comes back as a new letter.
  await eventually(async () => {
    const { out } = await events('deadletters', 'list', '--json');
    expect(JSON.parse(out)).toMatchObject([{ consumer: 'careful', eventId: null, type: 'parcel.sent' }]);
  });
  expect(effects.filter((id) => id === eventId)).toHaveLength(1);
});

it('keeps a letter that nobody is there to take, and says so', async () => {
  consuming('gone', async () => {
    throw new Error('no');
  });
  const eventId = await world.sendParcel(newId());
  await eventually(async () => {
    const letters = await world.lettersOf('gone');
    expect(letters.map(({ event }) => (event as { id: string }).id)).toContain(eventId);
  });
  await Promise.all(running.splice(0).map((each) => each.close()));
  await world.bus.admin.consumers.delete('PARCEL', 'gone');

  const { code, out, err } = await events('deadletters', 'redrive', '--id', eventId);
  expect([code, out]).toEqual([1, '0 given back, 1 left\n']);
  expect(err).toMatch(/no consumer gone of PARCEL.*Start the service/);
  expect(await events('deadletters', 'redrive', '--id', newId())).toMatchObject({
    code: 1,
    err: expect.stringMatching(/There is no dead letter/),
  });
});
