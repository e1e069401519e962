import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectRedis, type RedisConnection } from '@shop/redis';
import { createLogger, createMetrics } from '@shop/service-kit';
import { CouponEvent } from '../src/domain/coupon-event.ts';
import { termsOf } from '../src/issuing/issue-terms.ts';
import { createTermsCache } from '../src/issuing/terms-cache.ts';
import { startWorld, type World } from './world.ts';

const log = createLogger('test', { level: 'silent' });
let world: World;
let redis: RedisConnection;

beforeAll(async () => {
  world = await startWorld();
  redis = await connectRedis({ url: world.servers.redis.url, log });
});

afterAll(async () => {
  await redis.close();
  await world.close();
});

/** The cache of a process that has just started, and what it had to load. */
function aProcess() {
  const metrics = createMetrics('coupon');
  const terms = createTermsCache({ redis, database: world.database, log, metrics });
  const loads = async () => {
    const { values } = await metrics.counter('shop_coupon_terms_loads_total', '').get();
    return Object.fromEntries(values.map(({ labels, value }) => [Object.values(labels)[0], value]));
  };
  return { terms, loads };
}

const editedTerms = async (id: string, generation: number) => {
  const event = await world.database.fork().findOneOrFail(CouponEvent, { id });
  return { ...termsOf(event), validDays: 7, generation };
};

describe('the terms of an event', () => {
  it('come from Redis for a process that has just started, and then from the process', async () => {
    const { id } = await world.aCouponEvent();
    const { terms, loads } = aProcess();
    const found = await terms.get(id);
    expect(found).toMatchObject({ id, codePrefix: 'WELCOME', endedAt: null });
    expect(await terms.get(id)).toBe(found);
    expect(await loads()).toEqual({ redis: 1 });
  });

  it('come from MySQL where Redis has lost them, once for all who wait, and Redis has them again', async () => {
    const { id } = await world.aCouponEvent();
    await redis.unlink(`event:{${id}}:info`);
    const { terms, loads } = aProcess();
    await Promise.all(Array.from({ length: 20 }, () => terms.get(id)));
    expect(await loads()).toEqual({ mysql: 1 });
    const next = aProcess();
    expect(await next.terms.get(id)).toEqual(await terms.get(id));
    expect(await next.loads()).toEqual({ redis: 1 });
  });

  it('are never older than a second when a client is refused for them', async () => {
    const { id } = await world.aCouponEvent();
    const { terms, loads } = aProcess();
    await terms.get(id);
    await terms.confirm(id);
    await terms.confirm(id);
    expect(await loads()).toEqual({ redis: 1, mysql: 1 });
  });

  it('are not overwritten by a slower reader who saw less', async () => {
    const { id } = await world.aCouponEvent();
    const [slow, quick] = [aProcess(), aProcess()];
    const before = await slow.terms.get(id);
    const edited = await editedTerms(id, 1_000);
    await quick.terms.put(edited);
    if (before) await slow.terms.put(before);
    expect(await quick.terms.get(id)).toEqual(edited);
    expect(await aProcess().terms.get(id)).toEqual(edited);
  });
});
