import type { Database } from '@shop/subgraph-kit';
import type { Coupon } from '../domain/coupon.ts';
import { createBatcher } from './batcher.ts';
import { earlierCoupons, keyOf } from './earlier-coupons.ts';
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
      const found = await earlierCoupons(database.fork(), requests);
      return requests.map((request) => found.get(keyOf(request)) ?? null);
    },
  });
  return { find: (request) => batcher.add('coupons', request) };
}
