import type { Database } from '@shop/subgraph-kit';
import { Coupon } from '../domain/coupon.ts';
import { createBatcher } from './batcher.ts';
import type { IssueRequest } from './issuer.ts';

const BATCH = { maxSize: 256, maxWaitMs: 1, maxWaiting: 10_000, maxWaitingInAll: 10_000 };

export interface CouponFinder {
  /** The coupon this request got, of whatever event; throws RateLimited when too many are being looked for. */
  find(request: IssueRequest): Promise<Coupon | null>;
}

/** Looks coupons up for many requests at once, one statement at a time: without Redis every request has to ask MySQL. */
export function createCouponFinder(database: Database): CouponFinder {
  const batcher = createBatcher<IssueRequest, Coupon | null>({
    ...BATCH,
    async run(requests) {
      const asked = requests.map(({ userId, requestId }) => ({ userId, requestId }));
      const coupons = await database.fork().find(Coupon, { $or: asked });
      const found = new Map(coupons.map((coupon) => [keyOf(coupon), coupon]));
      return requests.map((request) => found.get(keyOf(request)) ?? null);
    },
  });
  return { find: (request) => batcher.add('coupons', request) };
}

function keyOf({ userId, requestId }: { userId: string; requestId: string }): string {
  return `${userId}:${requestId}`;
}
