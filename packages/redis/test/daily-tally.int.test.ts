import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { newId } from '@shop/kernel';
import { createLogger } from '@shop/service-kit';
import { startTestServers, type TestServers } from '@shop/testkit';
import { connectRedis, createDailyTallies, type RedisConnection, type Tally } from '../src/index.ts';

let servers: TestServers;
let redis: RedisConnection;
beforeAll(async () => {
  servers = await startTestServers({ redis: true });
  redis = await connectRedis({ url: servers.redis.url, log: createLogger('test', { level: 'silent' }) });
});
afterAll(async () => {
  await redis.close();
  await servers.close();
});

const DAY = '2026-11-20';

function someTallies({ name = newId(), maxBytesPerDay = 1_000_000 } = {}) {
  return { name, tallies: createDailyTallies({ redis, name, keptDays: 2, maxBytesPerDay }) };
}

const aTally = (id: string, count: number, more: Partial<Tally> = {}): Tally => ({
  id,
  about: () => `about ${id}`,
  marks: [],
  counts: new Map([['web', count]]),
  always: false,
  ...more,
});

it('adds up what processes count of a day, with all that they saw', async () => {
  const { name, tallies: one } = someTallies();
  const { tallies: other } = someTallies({ name });
  const many = Array.from({ length: 120 }, (_, i) => aTally(`many-${i}`, 1));
  expect(await one.add(DAY, [aTally('a', 2, { marks: ['x y', 'z'] }), ...many])).toEqual([]);
  expect(
    await other.add(DAY, [
      aTally('a', 3, {
        marks: ['z'],
        counts: new Map([
          ['web', 3],
          ['app 1', 1],
        ]),
      }),
    ]),
  ).toEqual([]);
  await other.add('2026-11-21', [aTally('a', 7)]);
  const day = await one.read(DAY);
  expect(day.size).toBe(121);
  const { marks, ...a } = day.get('a') ?? { marks: [] };
  expect(a).toEqual({
    about: 'about a',
    counts: new Map([
      ['web', 5],
      ['app 1', 1],
    ]),
  });
  expect(marks.sort()).toEqual(['x y', 'z']);
  expect((await one.read('2026-11-21')).get('a')?.counts.get('web')).toBe(7);
});

it('says what there is no room for, and goes on counting what it knows', async () => {
  const { tallies } = someTallies({ maxBytesPerDay: 500 });
  expect(await tallies.add(DAY, [aTally('a', 1)])).toEqual([]);
  const flood = Array.from({ length: 50 }, (_, i) => aTally(`flood-${i}`, 1));
  const refused = await tallies.add(DAY, flood);
  expect(refused.length).toBeGreaterThan(45);
  const manyClients = aTally('a', 0, { counts: new Map(Array.from({ length: 50 }, (_, i) => [`client-${i}`, 1])) });
  expect(await tallies.add(DAY, [aTally('a', 1), manyClients])).toEqual([manyClients]);
  expect(await tallies.add(DAY, [aTally('rest', 1, { always: true, marks: ['seen'] })])).toEqual([]);
  const day = await tallies.read(DAY);
  expect(day.get('a')?.counts).toEqual(new Map([['web', 2]]));
  expect(day.get('rest')).toEqual({ about: 'about rest', marks: ['seen'], counts: new Map([['web', 1]]) });
  expect(day.size).toBe(2 + 50 - refused.length);
});

it('keeps Redis for a moment at a time, however much there is to count of one subject', async () => {
  const { tallies } = someTallies();
  const scripts = async () => Number(/cmdstat_evalsha:calls=(\d+)/.exec(await redis.info('commandstats'))?.[1] ?? 0);
  const marks = Array.from({ length: 700 }, (_, i) => `mark ${i}`);
  const counts = new Map(Array.from({ length: 1_200 }, (_, i) => [`client ${i}`, i]));
  await tallies.add(DAY, [aTally('crowded', 1)]);
  const before = await scripts();
  expect(await tallies.add(DAY, [aTally('a', 1), aTally('crowded', 0, { marks, counts }), aTally('b', 2)])).toEqual([]);
  expect((await scripts()) - before).toBeGreaterThanOrEqual(1_900 / 500);
  const day = await tallies.read(DAY);
  expect([...day.keys()].sort()).toEqual(['a', 'b', 'crowded']);
  expect(new Set(day.get('crowded')?.marks)).toEqual(new Set(marks));
  expect(day.get('crowded')?.counts).toEqual(new Map([['web', 1], ...counts]));
});

it('asks again what a subject is once Redis has forgotten it', async () => {
  const { name, tallies } = someTallies();
  await tallies.add(DAY, [aTally('a', 1)]);
  await redis.del(`${name}:{${DAY}}:about`);
  await tallies.add(DAY, [aTally('a', 1)]);
  expect((await tallies.read(DAY)).get('a')?.about).toBe('about a');
});

it('is forgotten after its days', async () => {
  const { name, tallies } = someTallies();
  await tallies.add(DAY, [aTally('a', 1)]);
  for (const what of ['about', 'counts', 'bytes']) {
    expect(await redis.pttl(`${name}:{${DAY}}:${what}`)).toBeGreaterThan(86_400_000);
    expect(await redis.pttl(`${name}:{${DAY}}:${what}`)).toBeLessThanOrEqual(2 * 86_400_000);
  }
});
