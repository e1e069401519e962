import { newId } from '@shop/kernel';
import { createMetrics } from '@shop/service-kit';
import { eventually } from '@shop/testkit';
import { type ConsumerOptions, type EventOf, RetryLater, startConsumer, withInbox } from '../src/index.ts';
import { ParcelLost, ParcelSent } from './events.ts';
import { createWorld, log, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await world.rows('CREATE TABLE effects (parcel VARCHAR(64) NOT NULL)');
});
afterAll(() => world.close());

type Sent = EventOf<typeof ParcelSent>;
const running: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((consumer) => consumer.close()));
});

function consuming(
  durable: string,
  handle: (event: Sent) => Promise<void>,
  more: Partial<ConsumerOptions<typeof ParcelSent>> = {},
): void {
  running.push(
    startConsumer({
      bus: world.bus,
      stream: 'PARCEL',
      durable,
      events: [ParcelSent],
      handle,
      backoffMs: [10],
      log,
      metrics: createMetrics('test'),
      ...more,
    }),
  );
}

const send = (parcelId: string, step = 1) => world.sendParcel(parcelId, { step });

/** The dead letters a consumer wrote about one parcel. */
async function lettersOf(durable: string, parcelId: string) {
  return (await world.lettersOf(durable)).filter(({ subject }) => subject === ParcelSent.wireSubject(parcelId));
}

/** Collects what the consumer sees of one parcel; other tests publish to the same stream. */
function seen(parcelId: string) {
  const steps: number[] = [];
  return {
    steps,
    async note(event: Sent): Promise<void> {
      if (event.data.parcelId === parcelId) steps.push(event.data.step);
    },
  };
}

it('hands over the events it was asked for, parsed, and no others', async () => {
  const parcelId = newId();
  const { steps, note } = seen(parcelId);
  consuming('all', note);
  await world.publish(ParcelLost.wireSubject(parcelId), '{}');
  await send(parcelId, 1);
  await send(parcelId, 2);
  await eventually(() => expect(steps).toEqual([1, 2]));
});

it('takes effect once from an event that is delivered again and again, even at the same moment', async () => {
  const parcelId = newId();
  const eventId = newId();
  const effect = () =>
    withInbox(world.orm.em.fork(), 'effects', eventId, (em) =>
      em.execute('INSERT INTO effects VALUES (?)', [parcelId]),
    );
  const outcomes = await Promise.all(Array.from({ length: 6 }, effect));
  expect(outcomes.filter(Boolean)).toHaveLength(1);
  expect(await effect()).toBe(false);
  expect(await world.rows('SELECT parcel FROM effects WHERE parcel = ?', [parcelId])).toHaveLength(1);
});

it('forgets the event when its effect fails, and takes effect from the next delivery', async () => {
  const parcelId = newId();
  let attempts = 0;
  consuming('inbox', async (event) => {
    if (event.data.parcelId !== parcelId) return;
    await withInbox(world.orm.em.fork(), 'inbox', event.id, async (em) => {
      await em.execute('INSERT INTO effects VALUES (?)', [parcelId]);
      if (++attempts === 1) throw new Error('deadlock');
    });
  });
  await send(parcelId);
  await eventually(() => expect(attempts).toBe(2));
  await eventually(async () =>
    expect(await world.rows('SELECT parcel FROM effects WHERE parcel = ?', [parcelId])).toHaveLength(1),
  );
});

it('puts a message that cannot be read aside at once, with the reason', async () => {
  const parcelId = newId();
  const { steps, note } = seen(parcelId);
  consuming('poisoned', note);
  await world.publish(ParcelSent.wireSubject(parcelId), '{"no": "envelope"');
  await send(parcelId, 2);
  await eventually(() => expect(steps).toEqual([2]));
  expect(await lettersOf('poisoned', parcelId)).toMatchObject([
    {
      event: '{"no": "envelope"',
      subject: ParcelSent.wireSubject(parcelId),
      consumer: 'poisoned',
      stream: 'PARCEL',
      deliveries: 1,
      error: expect.stringMatching(/JSON/),
    },
  ]);
});

it('puts an event aside after so many failures, and goes on with the others', async () => {
  const [bad, good] = [newId(), newId()];
  const { steps, note } = seen(good);
  let attempts = 0;
  const handle = async (event: Sent) => {
    if (event.data.parcelId === bad) {
      attempts++;
      throw new Error('the wheel came off');
    }
    await note(event);
  };
  consuming('failing', handle, { maxAttempts: 3 });
  await send(bad);
  await send(good);
  await eventually(() => expect(steps).toEqual([1]));
  await eventually(() => expect(attempts).toBe(3));
  const letters = await eventually(async () => {
    const found = await lettersOf('failing', bad);
    expect(found).toHaveLength(1);
    return found;
  });
  expect(letters).toMatchObject([
    {
      event: { subject: bad, data: { parcelId: bad } },
      error: 'the wheel came off',
      deliveries: 3,
    },
  ]);
});

it('never puts an event aside because its handler asked for patience', async () => {
  const parcelId = newId();
  let deliveries = 0;
  const handle = async (event: Sent) => {
    if (event.data.parcelId === parcelId && ++deliveries <= 12) throw new RetryLater(1);
  };
  consuming('patient', handle, { maxAttempts: 1 });
  await send(parcelId);
  await eventually(() => expect(deliveries).toBe(13));
  expect(await lettersOf('patient', parcelId)).toEqual([]);
});

it('fetches nothing while it is paused', async () => {
  const parcelId = newId();
  const { steps, note } = seen(parcelId);
  let pausedMs = 20;
  let asked = 0;
  const pausedForMs = () => {
    asked++;
    return pausedMs;
  };
  consuming('paused', note, { pausedForMs });
  await send(parcelId);
  await eventually(() => expect(asked).toBeGreaterThan(5));
  const { delivered } = await world.bus.admin.consumers.info('PARCEL', 'paused');
  expect(delivered.consumer_seq).toBe(0);
  pausedMs = 0;
  await eventually(() => expect(steps).toEqual([1]));
});

it('shares the work between processes of one name', async () => {
  const parcelId = newId();
  const [one, other] = [seen(parcelId), seen(parcelId)];
  consuming('shared', one.note, { concurrency: 4 });
  consuming('shared', other.note, { bus: await world.aBus('other'), concurrency: 4 });
  await Promise.all(Array.from({ length: 100 }, (_, step) => send(parcelId, step)));
  const all = Array.from({ length: 100 }, (_, step) => step);
  await eventually(() => expect([...one.steps, ...other.steps].sort((a, b) => a - b)).toEqual(all));
  expect(Math.min(one.steps.length, other.steps.length)).toBeGreaterThan(0);
});

it('is made again when somebody deletes it', async () => {
  const parcelId = newId();
  const { steps, note } = seen(parcelId);
  consuming('deleted', note);
  await send(parcelId, 1);
  await eventually(() => expect(steps).toContain(1));
  await world.bus.admin.consumers.delete('PARCEL', 'deleted');
  await send(parcelId, 2);
  await eventually(() => expect(steps).toContain(2));
});

it('takes over a consumer that an older version made for other events', async () => {
  const parcelId = newId();
  const { steps, note } = seen(parcelId);
  await world.bus.admin.consumers.add('PARCEL', {
    durable_name: 'older',
    filter_subjects: [ParcelLost.pattern],
    ack_policy: 'explicit',
  });
  consuming('older', note);
  await send(parcelId, 1);
  await eventually(() => expect(steps).toEqual([1]));
});

it('goes on when NATS has been away', async () => {
  const parcelId = newId();
  const { steps, note } = seen(parcelId);
  consuming('restarted', note);
  await send(parcelId, 1);
  await eventually(() => expect(steps).toEqual([1]));
  await world.servers.nats.stop();
  await eventually(() => expect(world.bus.ready()).not.toBeNull());
  await world.servers.nats.start();
  await eventually(() => expect(world.bus.ready()).toBeNull());
  await send(parcelId, 2);
  await eventually(() => expect(steps).toEqual([1, 2]));
});
