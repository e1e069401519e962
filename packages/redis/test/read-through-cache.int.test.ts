import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { createLogger, createMetrics } from '@shop/service-kit';
import { eventually, startTestServers, type TestServers } from '@shop/testkit';
import { connectRedis, createReadThroughCache, type ReadThroughCache, type RedisConnection } from '../src/index.ts';

interface Product {
  id: string;
  price: number;
}

/** A process: its connection, its cache, and what it has asked the truth for. */
interface Process {
  cache: ReadThroughCache<Product>;
  loads: string[][];
  /** While set, a load has read the truth and waits for this before it answers. */
  holdLoads: Promise<void> | undefined;
}

const log = createLogger('test', { level: 'silent' });
let servers: TestServers;
let redis: RedisConnection;
let truth: Map<string, Product>;

beforeAll(async () => {
  servers = await startTestServers({ redis: true });
  redis = await connectRedis({ url: servers.redis.url, log });
});
afterAll(async () => {
  await redis.close();
  await servers.close();
});
beforeEach(async () => {
  await redis.flushall();
  truth = new Map(['a', 'b', 'c'].map((id) => [id, { id, price: 100 }]));
});

function aProcess(parse?: (json: unknown) => Product): Process {
  const process: Process = {
    loads: [],
    holdLoads: undefined,
    cache: createReadThroughCache<Product>({
      name: 'product',
      redis,
      metrics: createMetrics('test'),
      log,
      ...(parse && { parse }),
      async load(keys) {
        process.loads.push(keys);
        const found = new Map(keys.flatMap((key) => (truth.has(key) ? [[key, truth.get(key) as Product]] : [])));
        await process.holdLoads;
        return found;
      },
    }),
  };
  return process;
}

function changePrice(id: string, price: number): void {
  truth.set(id, { id, price });
}

function gate(): { closed: Promise<void>; open: () => void } {
  let open = (): void => {};
  const closed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { closed, open };
}

it('loads what is missing at once, and each key once for everybody who asks at the same time', async () => {
  const { cache, loads } = aProcess();
  const [first, second] = await Promise.all([cache.getMany(['a', 'b']), cache.getMany(['b', 'c'])]);
  expect([...first.keys(), ...second.keys()]).toEqual(['a', 'b', 'b', 'c']);
  expect(loads).toEqual([['a', 'b'], ['c']]);
});

it('answers from its own memory, and another process from Redis', async () => {
  const [here, there] = [aProcess(), aProcess()];
  await here.cache.getMany(['a', 'b']);
  expect(await there.cache.getMany(['a', 'b'])).toEqual(await here.cache.getMany(['a', 'b']));
  await redis.flushall();
  expect(await there.cache.get('a')).toEqual({ id: 'a', price: 100 });
  expect([here.loads.length, there.loads.length]).toEqual([1, 0]);
});

it('keeps values in Redis for an hour, give or take a tenth', async () => {
  await aProcess().cache.getMany(['a', 'b', 'c']);
  for (const id of ['a', 'b', 'c']) {
    const ttl = await redis.ttl(`product:${id}`);
    expect(ttl).toBeGreaterThanOrEqual(3_200);
    expect(ttl).toBeLessThanOrEqual(3_960);
  }
});

it('does not remember what is not there', async () => {
  const { cache } = aProcess();
  expect(await cache.get('new')).toBeUndefined();
  changePrice('new', 5);
  expect(await cache.get('new')).toEqual({ id: 'new', price: 5 });
});

it('shows a change to everybody after its invalidation and signal', async () => {
  const [here, there] = [aProcess(), aProcess()];
  await Promise.all([here.cache.get('a'), there.cache.get('a')]);
  changePrice('a', 200);
  await here.cache.invalidate(['a']);
  there.cache.forgetLocal(['a']);
  expect([await here.cache.get('a'), await there.cache.get('a')]).toMatchObject([{ price: 200 }, { price: 200 }]);
});

it('keeps nothing that was loaded before an invalidation and arrives after it', async () => {
  const { closed, open } = gate();
  const [slow, writer] = [aProcess(), aProcess()];
  slow.holdLoads = closed;
  const stale = slow.cache.get('a');
  await eventually(() => expect(slow.loads).toHaveLength(1));
  changePrice('a', 200);
  await writer.cache.invalidate(['a']);
  open();
  expect(await stale).toMatchObject({ price: 100 });
  // Its own signal has not come yet, and it must not believe itself all the same.
  expect([await writer.cache.get('a'), await slow.cache.get('a')]).toMatchObject([{ price: 200 }, { price: 200 }]);
});

it('does not let a later reader join a load that began before the invalidation', async () => {
  const { closed, open } = gate();
  const process = aProcess();
  process.holdLoads = closed;
  const stale = process.cache.get('a');
  await eventually(() => expect(process.loads).toHaveLength(1));
  changePrice('a', 200);
  await process.cache.invalidate(['a']);
  process.holdLoads = undefined;
  expect(await process.cache.get('a')).toMatchObject({ price: 200 });
  open();
  await stale;
  expect(await process.cache.get('a')).toMatchObject({ price: 200 });
});

it('stores nothing stale even when Redis was emptied between load and store', async () => {
  const { closed, open } = gate();
  const [slow, writer] = [aProcess(), aProcess()];
  slow.holdLoads = closed;
  const stale = slow.cache.get('a');
  await eventually(() => expect(slow.loads).toHaveLength(1));
  changePrice('a', 200);
  await writer.cache.invalidate(['a']);
  await redis.flushall();
  open();
  await stale;
  expect(await redis.exists('product:a')).toBe(0);
});

it('passes a failed load on and asks again the next time', async () => {
  const process = aProcess();
  process.holdLoads = Promise.reject(new Error('MySQL is away'));
  await expect(Promise.all([process.cache.get('a'), process.cache.get('a')])).rejects.toThrow('MySQL is away');
  process.holdLoads = undefined;
  expect(await process.cache.get('a')).toMatchObject({ price: 100 });
});

it('loads anew what was written in a shape it does not understand', async () => {
  await redis.set('product:a', '{"name":"of an older version"}');
  await redis.set('product:b', 'not JSON');
  const { cache, loads } = aProcess((json) => {
    if (typeof (json as Product).price !== 'number') throw new TypeError('not a product');
    return json as Product;
  });
  expect((await cache.getMany(['a', 'b'])).size).toBe(2);
  expect(loads).toEqual([['a', 'b']]);
});

it('makes a removal good later that Redis has refused, and believes the truth until then', async () => {
  const { cache, loads } = aProcess();
  await cache.get('a');
  await redis.acl('SETUSER', 'default', '-unlink');
  changePrice('a', 200);
  await cache.invalidate(['a']);
  expect(await cache.get('a')).toMatchObject({ price: 200 });
  expect(loads).toHaveLength(2);
  await redis.acl('SETUSER', 'default', '+unlink');
  await eventually(async () => expect(await redis.exists('product:a')).toBe(0));
});

it('answers from the truth while Redis is away', async () => {
  await servers.redis.stop();
  const { cache, loads } = aProcess();
  expect(await cache.get('a')).toMatchObject({ price: 100 });
  changePrice('a', 200);
  await cache.invalidate(['a']);
  expect(await cache.get('a')).toMatchObject({ price: 200 });
  expect(loads).toHaveLength(2);
  await servers.redis.start();
  await eventually(() => expect(redis.ready()).toBeNull());
});
