import { randomUUID } from 'node:crypto';
import { eventually } from '@shop/testkit';
import { runningShop } from './running-shop.ts';
import { createWorld, dataOf } from './world.ts';

const world = createWorld(runningShop().gatewayUrl);

const ISSUE = `mutation ($input: IssueCouponInput!) {
  issueCoupon(input: $input) { coupon { id } userErrors { code } }
}`;
type Answer = { issueCoupon: { coupon: { id: string } | null; userErrors: { code: string }[] } };

it('who asks for coupons too often is told for how long to wait, keeps what they have, and holds nobody up', async () => {
  const couponEventId = await world.aCouponEvent({ totalCount: 10, maxPerUser: 2 });
  const [greedy, patient] = [await world.aShopper(), await world.aShopper()];
  const ask = (shopper = greedy, requestId: string = randomUUID()) =>
    shopper.query<Answer>(ISSUE, { input: { couponEventId, requestId } });
  const mine = dataOf(await ask(greedy, 'mine'));

  const limited = await eventually(async () => {
    const answers = await Promise.all(Array.from({ length: 80 }, () => ask()));
    const refused = answers.flatMap(({ errors }) => errors ?? []);
    expect(refused).not.toHaveLength(0);
    return refused;
  });
  for (const { extensions } of limited) {
    expect(extensions).toEqual({ code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) });
    expect(extensions.retryAfterMs).toBeGreaterThan(0);
  }
  expect(dataOf(await ask(greedy, 'mine'))).toEqual(mine);
  expect(dataOf(await ask(patient)).issueCoupon.coupon).not.toBeNull();
  await eventually(async () => expect((await ask()).errors).toBeUndefined());
});
