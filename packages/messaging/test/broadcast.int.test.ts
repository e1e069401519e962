import { newId } from '@shop/kernel';
import { eventually } from '@shop/testkit';
import { z } from 'zod';
import { createEnvelope } from '../src/envelope.ts';
import { defineSignal, type EventOf, onSignal, sendSignal, startBroadcast } from '../src/index.ts';
import { ParcelLost, ParcelSent } from './events.ts';
import { createWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

type Parcel = EventOf<typeof ParcelSent> | EventOf<typeof ParcelLost>;

async function publish(definition: typeof ParcelSent | typeof ParcelLost, step: number): Promise<void> {
  const parcelId = newId();
  const time = new Date().toISOString();
  const envelope = createEnvelope({
    source: '/test',
    type: definition.type,
    subject: parcelId,
    time,
    data: { parcelId, step },
  });
  await world.publish(definition.wireSubject(parcelId), JSON.stringify(envelope));
}

async function watching() {
  const steps: [string, number][] = [];
  const bus = await world.aBus('watching');
  const broadcast = startBroadcast({
    bus,
    events: [ParcelSent, ParcelLost],
    handle: (event: Parcel) => void steps.push([event.type, event.data.step]),
  });
  // Step 0 only shows that this process is listening.
  await eventually(async () => {
    await publish(ParcelSent, 0);
    expect(steps).toContainEqual(['parcel.sent', 0]);
  });
  return { bus, seen: () => steps.filter(([, step]) => step > 0), close: () => broadcast.close() };
}

it('shows new events to every process in their order, also after NATS has been away', async () => {
  await publish(ParcelSent, 1);
  const [one, other] = [await watching(), await watching()];
  await publish(ParcelSent, 2);
  await publish(ParcelLost, 3);
  const early = [
    ['parcel.sent', 2],
    ['parcel.lost', 3],
  ];
  await eventually(() => expect(one.seen()).toEqual(early));
  await eventually(() => expect(other.seen()).toEqual(early));

  await world.servers.nats.stop();
  await eventually(() => expect(one.bus.ready()).not.toBeNull());
  await world.servers.nats.start();
  await eventually(() => publish(ParcelSent, 4), { timeoutMs: 10_000 });
  for (const watcher of [one, other]) {
    await eventually(() => expect(watcher.seen()).toEqual([...early, ['parcel.sent', 4]]), { timeoutMs: 10_000 });
    await watcher.close();
  }
});

it('sends a signal to whoever listens', async () => {
  const Dented = defineSignal({ type: 'parcel.dented', data: z.object({ parcelId: z.string() }) });
  const heard: string[] = [];
  const listening = onSignal(await world.aBus(), Dented, ({ parcelId }) => heard.push(parcelId));
  await eventually(() => {
    sendSignal(world.bus, Dented, 'p1', { parcelId: 'p1' });
    expect(heard).toContain('p1');
  });
  listening.close();
});
