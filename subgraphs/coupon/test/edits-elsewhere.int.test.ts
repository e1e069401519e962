import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '@shop/kernel';
import { eventually } from '@shop/testkit';
import { CouponEvent } from '../src/domain/coupon-event.ts';
import { anIssuer } from './an-issuer.ts';
import { startWorld, type World } from './world.ts';

let world: World;
/** Another process; nothing that NATS brings ever reaches it. */
let deaf: Awaited<ReturnType<typeof anIssuer>>;

beforeAll(async () => {
  world = await startWorld();
  deaf = await anIssuer(world);
});

afterAll(async () => {
  await deaf.close();
  await world.close();
});

/** What the other process answers to a new user. */
async function answerElsewhere(eventId: string): Promise<string> {
  const request = { eventId, userId: newId(), requestId: randomUUID() };
  return deaf.issuer.issue(request).then(
    () => 'ISSUED',
    (error: { code?: string }) => error.code ?? String(error),
  );
}

const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
const over = () => ({ startsAt: inHours(-2), endsAt: inHours(-1) });

describe.each([
  ['Redis', async () => {}, async () => {}],
  ['MySQL alone, since Redis is away,', () => world.servers.redis.stop(), () => world.redisIsBack()],
])('a process that hears of an edit by %s', (_, begin, end) => {
  it.each([
    ['has ended', {}, 'ISSUED', { ended: true }, 'ENDED'],
    ['ends later', over(), 'ENDED', { endsAt: inHours(1) }, 'ISSUED'],
    ['ends earlier', {}, 'ISSUED', { endsAt: inHours(-0.5) }, 'ENDED'],
    ['has been restocked', { totalCount: 1 }, 'SOLD_OUT', { totalCount: 2 }, 'ISSUED'],
    ['has been cut down', { totalCount: 9 }, 'ISSUED', { totalCount: 2 }, 'SOLD_OUT'],
  ])('knows within moments that an event %s', async (__, terms, before, edit, after) => {
    const { id } = await world.aCouponEvent(terms);
    await world.issue(await world.aShopper(), id);
    expect(await answerElsewhere(id)).toBe(before);
    await begin();
    try {
      await world.update({ id, ...edit });
      await eventually(async () => expect(await answerElsewhere(id)).toBe(after));
    } finally {
      await end();
    }
    expect((await world.event(id))?.issuedCount).toBe((await world.coupons(id)).length);
  });

  it('issues nothing by what the event was', async () => {
    const { id } = await world.aCouponEvent();
    expect(await answerElsewhere(id)).toBe('ISSUED');
    await begin();
    try {
      await world.update({ id, ended: true });
      expect(await answerElsewhere(id)).toBe('ENDED');
    } finally {
      await end();
    }
    expect(await world.coupons(id)).toHaveLength(1);
  });
});

it('an end that was committed by a process that died before it told anybody holds everywhere', async () => {
  const { id } = await world.aCouponEvent();
  expect(await answerElsewhere(id)).toBe('ISSUED');
  await world.database.fork().transactional(async (em) => {
    const event = await em.findOneOrFail(CouponEvent, { id });
    event.edit({ ended: true }, new Date());
  });
  expect(await answerElsewhere(id)).toBe('ENDED');
  expect((await world.issue(await world.aShopper(), id)).userErrors).toMatchObject([{ code: 'ENDED' }]);
  expect(await world.coupons(id)).toHaveLength(1);
});

describe('an edit', () => {
  it('raises the generation, and Redis has it when the ADMIN is answered', async () => {
    const { id } = await world.aCouponEvent();
    const generation = async () => Number(await world.redis((redis) => redis.get(`event:{${id}}:gen`)));
    const before = await generation();
    await world.update({ id, title: 'Summer' });
    expect(await generation()).toBeGreaterThan(before);
    const [info, [row]] = await Promise.all([
      world.redis((redis) => redis.hget(`event:{${id}}:info`, 'generation')),
      world.rows<{ generation: number }>('SELECT generation FROM coupon_events WHERE id = ?', [id]),
    ]);
    expect([await generation(), Number(info)]).toEqual([Number(row?.generation), Number(row?.generation)]);
  });
});
