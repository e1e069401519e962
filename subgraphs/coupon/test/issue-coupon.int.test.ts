import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '@shop/kernel';
import { eventually, wireTo } from '@shop/testkit';
import { anIssuer } from './an-issuer.ts';
import { type IssueAnswer, startWorld, type World } from './world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld();
});

afterAll(() => world.close());

const codes = (answers: IssueAnswer[]) => answers.map(({ userErrors }) => userErrors[0]?.code ?? 'ISSUED');
const count = (values: string[], value: string) => values.filter((other) => other === value).length;

describe('issuing to a crowd', () => {
  it('gives a hundred coupons to three hundred users at once, one each, and tells of one sell-out', async () => {
    const event = await world.aCouponEvent({ totalCount: 100 });
    const shoppers = await world.shoppers(300);

    const answers = await Promise.all(shoppers.map((shopper) => world.issue(shopper, event.id)));

    expect(count(codes(answers), 'ISSUED')).toBe(100);
    expect(count(codes(answers), 'SOLD_OUT')).toBe(200);
    const coupons = await world.coupons(event.id);
    expect(coupons).toHaveLength(100);
    expect(new Set(coupons.map(({ code }) => code)).size).toBe(100);
    expect(coupons.map(({ sequence }) => Number(sequence))).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
    expect(coupons.every(({ code }) => /^WELCOME-[0-9A-HJKMNP-TV-Z]{8}$/.test(code))).toBe(true);
    expect(await world.event(event.id)).toMatchObject({ issuedCount: 100, remainingCount: 0, soldOut: true });

    const published = await eventually(async () => {
      const events = await world.published(`coupon.soldout.${event.id}`);
      expect(events).not.toHaveLength(0);
      return events;
    });
    const soldOutAt = (await world.event(event.id))?.soldOutAt;
    expect(published).toMatchObject([
      {
        type: 'coupon.soldout',
        aggregateversion: 1,
        data: { eventId: event.id, eventTitle: 'Welcome', epoch: 1, soldOutAt },
      },
    ]);
  });

  it('tells of every coupon once, in the words of the contract', async () => {
    const event = await world.aCouponEvent({ totalCount: 3, discountValue: 15 });
    const shopper = await world.aShopper();
    const { coupon } = await world.issue(shopper, event.id);
    const published = await eventually(async () => {
      const events = await world.published(`coupon.issued.${shopper.id}`);
      expect(events).toHaveLength(1);
      return events;
    });
    expect(published[0]?.data).toEqual({
      userId: shopper.id,
      couponId: coupon?.id,
      eventId: event.id,
      couponCode: coupon?.code,
      discountValue: 15,
      issuedAt: coupon?.issuedAt,
    });
  });
});

it('waits for Redis twice: for the earlier request and the token together, then for the grant', async () => {
  const { id: eventId } = await world.aCouponEvent();
  const wire = await wireTo(world.redisUrl);
  const process = await anIssuer(world, { redisUrl: wire.url });
  try {
    const aRequest = () => ({ eventId, userId: newId(), requestId: randomUUID() });
    // The first of an event also makes its keys.
    await process.issuer.issue(aRequest());
    const request = aRequest();
    await process.issuer.issue(request);
    const writes = wire.writes.filter((each) => each.includes(request.userId));
    expect(writes).toHaveLength(2);
    expect(writes[0]).toContain('hmget');
    expect(writes[0]).toContain('rate:{');
  } finally {
    await process.close();
    await wire.close();
  }
});

describe('one user', () => {
  it('is slowed down after fifty requests at once, and told for how long', async () => {
    const event = await world.aCouponEvent({ maxPerUser: 1 });
    const shopper = await world.aShopper();
    const answers = await Promise.all(Array.from({ length: 90 }, () => world.ask(shopper, event.id)));
    const limited = answers.filter(({ errors }) => errors?.[0]?.extensions.code === 'RATE_LIMITED');
    expect(limited.length).toBeGreaterThan(0);
    expect(answers.length - limited.length).toBeGreaterThanOrEqual(50);
    expect(limited[0]?.errors?.[0]?.extensions.retryAfterMs).toBeGreaterThan(0);
  });
});

describe('the same request', () => {
  it('sent twenty times at once gets one coupon and equal answers', async () => {
    const event = await world.aCouponEvent({ maxPerUser: 5 });
    const shopper = await world.aShopper();
    const requestId = randomUUID();
    const answers = await Promise.all(Array.from({ length: 20 }, () => world.issue(shopper, event.id, requestId)));
    expect(new Set(answers.map(({ coupon }) => JSON.stringify(coupon))).size).toBe(1);
    expect(answers[0]?.coupon).not.toBeNull();
    expect(await world.coupons(event.id)).toHaveLength(1);
  });

  it('is answered alike after the event has sold out, and when the key comes as a header', async () => {
    const event = await world.aCouponEvent({ totalCount: 1 });
    const shopper = await world.aShopper();
    const requestId = randomUUID();
    const { coupon } = await world.issue(shopper, event.id, requestId);
    expect(codes([await world.issue(await world.aShopper(), event.id)])).toEqual(['SOLD_OUT']);
    const again = await world.ask(shopper, event.id, null, { 'idempotency-key': requestId });
    expect(again.data?.issueCoupon.coupon).toEqual(coupon);
  });

  it('is refused for another event, and takes none of its coupons', async () => {
    const [first, second] = [await world.aCouponEvent(), await world.aCouponEvent({ totalCount: 1 })];
    const shopper = await world.aShopper();
    const requestId = randomUUID();
    await world.issue(shopper, first.id, requestId);
    const reused = await world.ask(shopper, second.id, requestId);
    expect(reused.errors?.[0]?.extensions.code).toBe('IDEMPOTENCY_KEY_REUSED');
    expect(codes([await world.issue(shopper, second.id)])).toEqual(['ISSUED']);
  });

  it('means nothing to another user', async () => {
    const event = await world.aCouponEvent();
    const requestId = randomUUID();
    const answers = await Promise.all(
      (await world.shoppers(2)).map((shopper) => world.issue(shopper, event.id, requestId)),
    );
    expect(codes(answers)).toEqual(['ISSUED', 'ISSUED']);
  });
});

describe('the window', () => {
  it('is closed before it starts and after it ends', async () => {
    const day = 86_400_000;
    const times = (from: number, to: number) => ({
      startsAt: new Date(Date.now() + from * day).toISOString(),
      endsAt: new Date(Date.now() + to * day).toISOString(),
    });
    const scheduled = await world.aCouponEvent(times(1, 2));
    const over = await world.aCouponEvent(times(-2, -1));
    const shopper = await world.aShopper();
    expect(codes([await world.issue(shopper, scheduled.id), await world.issue(shopper, over.id)])).toEqual([
      'NOT_STARTED',
      'ENDED',
    ]);
  });

  it('opens and closes at its very times: nothing is issued outside', async () => {
    const startsAt = new Date(Date.now() + 300);
    const endsAt = new Date(Date.now() + 700);
    const event = await world.aCouponEvent({ totalCount: 10_000, startsAt, endsAt });
    const shopper = await world.aShopper();
    const seen = new Set<string>();
    while (Date.now() < endsAt.getTime() + 100) {
      const answer = await world.ask(await world.aShopper(), event.id);
      seen.add(answer.data?.issueCoupon.userErrors[0]?.code ?? 'ISSUED');
    }
    expect([...seen]).toEqual(['NOT_STARTED', 'ISSUED', 'ENDED']);
    const outside = await world.rows(
      `SELECT c.id FROM coupons c JOIN coupon_events e ON e.id = c.event_id
       WHERE e.id = ? AND (c.issued_at < e.starts_at OR c.issued_at >= e.ends_at)`,
      [event.id],
    );
    expect(outside).toEqual([]);
    expect(codes([await world.issue(shopper, event.id)])).toEqual(['ENDED']);
  });

  it('closes at once when an ADMIN ends the event, whatever was in flight', async () => {
    const event = await world.aCouponEvent({ totalCount: 1_000 });
    const shoppers = await world.shoppers(150);
    const [answers] = await Promise.all([
      Promise.all(shoppers.map((shopper) => world.issue(shopper, event.id))),
      world.update({ id: event.id, ended: true }),
    ]);
    expect(await world.coupons(event.id)).toHaveLength(count(codes(answers), 'ISSUED'));
    expect(codes([await world.issue(await world.aShopper(), event.id)])).toEqual(['ENDED']);
    expect(await world.event(event.id)).toMatchObject({ status: 'ENDED' });
  });
});

describe('a request that cannot be served', () => {
  it.each([
    ['no event of that id', newId()],
    ['no id at all', "' OR 1=1 --"],
    ['an empty id', ''],
  ])('names %s', async (_, eventId) => {
    expect(codes([await world.issue(await world.aShopper(), eventId)])).toEqual(['COUPON_EVENT_NOT_FOUND']);
  });

  it.each([
    ['none', null],
    ['an empty one', ''],
    ['a huge one', 'x'.repeat(201)],
    ['one with spaces', 'a b'],
  ])('needs a requestId: %s will not do', async (_, requestId) => {
    const event = await world.aCouponEvent();
    const answer = await world.ask(await world.aShopper(), event.id, requestId);
    expect(answer.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: 'requestId' });
    expect(await world.coupons(event.id)).toEqual([]);
  });

  it('needs a signed-in user', async () => {
    const event = await world.aCouponEvent();
    const answer = await world.ask({ client: world.anonymous }, event.id);
    expect(answer.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });
});
