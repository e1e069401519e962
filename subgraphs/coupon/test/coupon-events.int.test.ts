import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '@shop/kernel';
import { eventually } from '@shop/testkit';
import { type Shopper, startWorld, type World } from './world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld();
});

afterAll(() => world.close());

const DAY_MS = 86_400_000;
const inDays = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString();

async function sellOut(eventId: string, count: number): Promise<Shopper[]> {
  const shoppers = await world.shoppers(count);
  await Promise.all(shoppers.map((shopper) => world.issue(shopper, eventId)));
  return shoppers;
}

describe('creating an event', () => {
  it('answers with the event as it will be read', async () => {
    const event = await world.aCouponEvent({ title: 'Spring', totalCount: 7 });
    expect(event).toMatchObject({
      title: 'Spring',
      status: 'ACTIVE',
      version: 1,
      totalCount: 7,
      issuedCount: 0,
      remainingCount: 7,
      soldOut: false,
    });
    expect(await world.event(event.id)).toEqual(event);
  });

  it.each([
    ['an empty title', { title: ' ' }, 'TITLE_INVALID', 'title'],
    ['a huge title', { title: 'x'.repeat(256) }, 'TITLE_INVALID', 'title'],
    ['an empty prefix', { codePrefix: '' }, 'CODE_PREFIX_INVALID', 'codePrefix'],
    ['a small-letter prefix', { codePrefix: 'welcome' }, 'CODE_PREFIX_INVALID', 'codePrefix'],
    ['a long prefix', { codePrefix: 'A'.repeat(21) }, 'CODE_PREFIX_INVALID', 'codePrefix'],
    ['no coupons', { totalCount: 0 }, 'COUNT_INVALID', 'totalCount'],
    ['fewer than none', { totalCount: -1 }, 'COUNT_INVALID', 'totalCount'],
    ['too many coupons', { totalCount: 10_000_001 }, 'COUNT_INVALID', 'totalCount'],
    ['none per user', { maxPerUser: 0 }, 'COUNT_INVALID', 'maxPerUser'],
    ['too many per user', { maxPerUser: 1_001 }, 'COUNT_INVALID', 'maxPerUser'],
    ['an end before its start', { startsAt: inDays(2), endsAt: inDays(1) }, 'WINDOW_INVALID', 'endsAt'],
    ['no validity', { validDays: 0 }, 'WINDOW_INVALID', 'validDays'],
    ['endless validity', { validDays: 3_651 }, 'WINDOW_INVALID', 'validDays'],
    ['no discount', { discountValue: 0 }, 'DISCOUNT_INVALID', 'discountValue'],
    ['more than all off', { discountValue: 101 }, 'DISCOUNT_INVALID', 'discountValue'],
    ['a huge amount off', { discountType: 'FIXED', discountValue: 1_000_000_001 }, 'DISCOUNT_INVALID', 'discountValue'],
    ['a negative minimum', { minPurchaseAmount: -1 }, 'DISCOUNT_INVALID', 'minPurchaseAmount'],
  ])('refuses %s', async (_, input, code, field) => {
    const answer = await world.create(world.eventInput(input));
    expect(answer.data?.createCouponEvent).toMatchObject({
      couponEvent: null,
      userErrors: [{ code, path: ['input', field] }],
    });
  });

  it('names every problem at once', async () => {
    const answer = await world.create(world.eventInput({ title: '', totalCount: 0, discountValue: 101 }));
    expect(answer.data?.createCouponEvent.userErrors.map(({ code }) => code)).toEqual([
      'TITLE_INVALID',
      'COUNT_INVALID',
      'DISCOUNT_INVALID',
    ]);
  });

  it.each([
    ['a total beyond 2^31', { totalCount: 2 ** 31 }],
    ['a total in words', { totalCount: 'many' }],
    ['a time that is none', { startsAt: 'tomorrow' }],
    ['an endless description', { description: 'x'.repeat(10_001) }],
  ])('cannot be asked for %s', async (_, input) => {
    const answer = await world.create(world.eventInput(input));
    expect(answer.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  });

  it('is for an ADMIN', async () => {
    const byUser = await world.create(world.eventInput(), await world.aShopper());
    expect(byUser.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    const byNobody = await world.anonymous.query(
      'mutation { updateCouponEvent(input: { id: "x" }) { userErrors { code } } }',
    );
    expect(byNobody.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });
});

describe('editing an event', () => {
  it('changes what is given, and nothing for an edit of another version', async () => {
    const event = await world.aCouponEvent();
    const answer = await world.update({ id: event.id, expectedVersion: 1, title: 'Summer' });
    expect(answer.data?.updateCouponEvent.couponEvent).toMatchObject({ title: 'Summer', version: 2, totalCount: 100 });
    const late = await world.update({ id: event.id, expectedVersion: 1, title: 'Autumn' });
    expect(late.errors?.[0]?.extensions.code).toBe('CONFLICT');
    expect(await world.event(event.id)).toMatchObject({ title: 'Summer', version: 2 });
  });

  it('lets one of two edits of the same version through', async () => {
    const event = await world.aCouponEvent();
    const answers = await Promise.all(
      ['A', 'B'].map((title) => world.update({ id: event.id, expectedVersion: 1, title })),
    );
    expect(answers.filter(({ errors }) => errors?.[0]?.extensions.code === 'CONFLICT')).toHaveLength(1);
  });

  it.each([
    ['an empty title', { title: '' }, 'TITLE_INVALID', 'title'],
    ['no coupons', { totalCount: 0 }, 'COUNT_INVALID', 'totalCount'],
    ['fewer than are issued', { totalCount: 1 }, 'COUNT_BELOW_ISSUED', 'totalCount'],
    ['an end before its start', { endsAt: inDays(-9) }, 'WINDOW_INVALID', 'endsAt'],
  ])('refuses %s, and names the field', async (_, changes, code, field) => {
    const event = await world.aCouponEvent();
    await sellOut(event.id, 2);
    const answer = await world.update({ id: event.id, ...changes });
    const userErrors = [{ code, path: ['input', field] }];
    expect(answer.data?.updateCouponEvent).toMatchObject({ couponEvent: null, userErrors });
    expect(await world.event(event.id)).toMatchObject({ version: 1 });
  });

  it('knows when there is no such event', async () => {
    for (const id of [newId(), 'x']) {
      const answer = await world.update({ id, title: 'Nothing' });
      expect(answer.data?.updateCouponEvent.userErrors).toMatchObject([{ code: 'COUPON_EVENT_NOT_FOUND' }]);
    }
  });

  it('restocks a sold-out event, which sells out again as another sell-out', async () => {
    const event = await world.aCouponEvent({ totalCount: 2 });
    await sellOut(event.id, 2);
    const late = await world.aShopper();
    expect((await world.issue(late, event.id)).userErrors).toMatchObject([{ code: 'SOLD_OUT' }]);

    const answer = await world.update({ id: event.id, totalCount: 3 });
    expect(answer.data?.updateCouponEvent.couponEvent).toMatchObject({
      soldOut: false,
      soldOutAt: null,
      remainingCount: 1,
    });
    expect((await world.issue(late, event.id)).coupon).not.toBeNull();
    expect((await world.issue(await world.aShopper(), event.id)).userErrors).toMatchObject([{ code: 'SOLD_OUT' }]);

    await eventually(async () => {
      expect(await world.published(`coupon.soldout.${event.id}`)).toMatchObject([
        { aggregateversion: 1, data: { epoch: 1 } },
        { aggregateversion: 2, data: { epoch: 2 } },
      ]);
      expect(await world.published(`coupon.restocked.${event.id}`)).toMatchObject([
        { aggregateversion: 1, data: { eventId: event.id, remaining: 1 } },
      ]);
    });
  });

  it('down to what is issued sells the event out', async () => {
    const event = await world.aCouponEvent({ totalCount: 10 });
    await sellOut(event.id, 2);
    await world.update({ id: event.id, totalCount: 2 });
    expect(await world.event(event.id)).toMatchObject({ soldOut: true, soldOutAt: expect.any(String) });
    await eventually(async () => expect(await world.published(`coupon.soldout.${event.id}`)).toHaveLength(1));
  });

  it('during a rush sells neither more nor less than the total then is', async () => {
    const event = await world.aCouponEvent({ totalCount: 40 });
    const shoppers = await world.shoppers(150);
    const [answers] = await Promise.all([
      Promise.all(shoppers.map((shopper) => world.issue(shopper, event.id))),
      world.update({ id: event.id, totalCount: 60 }),
    ]);
    const rest = await Promise.all((await world.shoppers(60)).map((shopper) => world.issue(shopper, event.id)));
    expect([...answers, ...rest].filter(({ coupon }) => coupon !== null)).toHaveLength(60);
    expect(await world.coupons(event.id)).toHaveLength(60);
  });

  it('cut down during a rush, sells what is left and sells out once', async () => {
    const event = await world.aCouponEvent({ totalCount: 100 });
    const shoppers = await world.shoppers(80);
    const [answers, cut] = await Promise.all([
      Promise.all(shoppers.map((shopper) => world.issue(shopper, event.id))),
      world.update({ id: event.id, totalCount: 60 }),
    ]);
    const rest = await Promise.all((await world.shoppers(60)).map((shopper) => world.issue(shopper, event.id)));
    // Too late, it would be fewer than are issued.
    const total = cut.data?.updateCouponEvent.couponEvent?.totalCount ?? 100;
    expect([...answers, ...rest].filter(({ coupon }) => coupon !== null)).toHaveLength(total);
    expect(await world.coupons(event.id)).toHaveLength(total);
    expect(await world.event(event.id)).toMatchObject({ issuedCount: total, soldOut: true });
    await eventually(async () => expect(await world.published(`coupon.soldout.${event.id}`)).toHaveLength(1));
  });

  it('ends an event for good', async () => {
    const event = await world.aCouponEvent();
    await world.update({ id: event.id, ended: true });
    expect(await world.event(event.id)).toMatchObject({ status: 'ENDED' });
    const back = await world.update({ id: event.id, ended: false });
    expect(back.data?.updateCouponEvent.userErrors).toMatchObject([
      { code: 'WINDOW_INVALID', path: ['input', 'ended'] },
    ]);
  });

  it('lets an event that is over go on when its end is moved', async () => {
    const event = await world.aCouponEvent({ startsAt: inDays(-2), endsAt: inDays(-1) });
    const shopper = await world.aShopper();
    expect((await world.issue(shopper, event.id)).userErrors).toMatchObject([{ code: 'ENDED' }]);
    await world.update({ id: event.id, endsAt: inDays(1) });
    expect((await world.issue(shopper, event.id)).coupon).not.toBeNull();
  });
});
