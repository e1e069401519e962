import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { newId } from '@shop/kernel';
import { eventually } from '@shop/testkit';
import { createWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const running: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((consumers) => consumers.close()));
});

/** Consumers in processes of their own, started again whenever they die. */
async function keepRunning(durable: string) {
  const script = fileURLToPath(new URL('./mortal-consumer.ts', import.meta.url));
  const env = { ...process.env, NODE_OPTIONS: '', NATS_URL: world.servers.nats.url, DURABLE: durable };
  const count = { seen: new Map<string, number>(), done: new Map<string, number>() };
  const subscriptions = (['seen', 'done'] as const).map((what) =>
    world.bus.connection.subscribe(`${what}.${durable}.*`, {
      callback(_, { subject }) {
        const parcelId = subject.slice(subject.lastIndexOf('.') + 1);
        count[what].set(parcelId, (count[what].get(parcelId) ?? 0) + 1);
      },
    }),
  );
  await world.bus.connection.flush();
  let [deaths, closed] = [0, false];
  let child: ChildProcess;
  const supervising = (async () => {
    while (!closed) {
      child = spawn(process.execPath, ['--conditions=source', script], { env, stdio: 'inherit' });
      await once(child, 'exit');
      if (!closed) deaths++;
    }
  })();
  running.push({
    async close() {
      closed = true;
      child.kill('SIGKILL');
      for (const subscription of subscriptions) subscription.unsubscribe();
      await supervising;
    },
  });
  return { count, deaths: () => deaths, kill: () => child.kill('SIGKILL') };
}

const patience = { timeoutMs: 60_000 };

it('puts aside an event that kills every process that takes it, and no other that died with it', async () => {
  const consumers = await keepRunning('mortal');
  const [poison, innocents] = [newId(), Array.from({ length: 6 }, newId)];
  for (const innocent of innocents.slice(0, 3)) await world.sendParcel(innocent);
  await world.sendParcel(poison, { note: 'kills mortal' });
  for (const innocent of innocents.slice(3)) await world.sendParcel(innocent);

  const letters = await eventually(async () => {
    const found = await world.lettersOf('mortal');
    expect(found).toHaveLength(1);
    return found;
  }, patience);
  await eventually(() => expect([...consumers.count.done.keys()].sort()).toEqual([...innocents].sort()), patience);

  expect(letters).toMatchObject([{ event: { subject: poison }, error: expect.stringMatching(/3 times/) }]);
  expect([consumers.deaths(), consumers.count.seen.get(poison)]).toEqual([3, 3]);
  expect(await world.lettersOf('mortal')).toHaveLength(1);
}, 150_000);

it('puts aside none of those that come right behind such an event, however often they die with it', async () => {
  const consumers = await keepRunning('mortal-first');
  const [poison, innocents] = [newId(), Array.from({ length: 8 }, newId)];
  await world.sendParcel(poison, { note: 'kills mortal-first' });
  for (const innocent of innocents) await world.sendParcel(innocent);

  await eventually(() => expect([...consumers.count.done.keys()]).toEqual(expect.arrayContaining(innocents)), patience);
  const letters = await eventually(async () => {
    const found = await world.lettersOf('mortal-first');
    expect(found).not.toEqual([]);
    return found;
  }, patience);
  expect(letters).toMatchObject([{ event: { subject: poison }, error: expect.stringMatching(/3 times/) }]);
  expect(consumers.deaths()).toBe(3);
}, 150_000);

it('puts nothing aside that is put off more often than that, by processes that die as well', async () => {
  const consumers = await keepRunning('patient-mortal');
  const patient = newId();
  await world.sendParcel(patient, { note: 'patience' });
  const seen = () => consumers.count.seen.get(patient) ?? 0;
  const seenAgain = async () => {
    const before = seen();
    await eventually(() => expect(seen()).toBeGreaterThan(before + 5), patience);
  };
  for (const deaths of [1, 2]) {
    await seenAgain();
    consumers.kill();
    await eventually(() => expect(consumers.deaths()).toBe(deaths), patience);
  }
  await seenAgain();
  expect(await world.lettersOf('patient-mortal')).toEqual([]);
}, 150_000);
