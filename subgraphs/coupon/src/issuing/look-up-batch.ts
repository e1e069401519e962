import { LockMode } from '@mikro-orm/mysql';
import { IdempotencyKeyReused } from '@shop/kernel';
import type { Database } from '@shop/subgraph-kit';
import { Coupon } from '../domain/coupon.ts';
import { CouponEvent } from '../domain/coupon-event.ts';
import type { GrantedRequest, IssuedBatch, IssueOutcome } from './issue-batch.ts';

/**
 * What the table has of a batch whose COMMIT was not answered; requests without a coupon end with `failure`. Waits for
 * the event's row first: a COMMIT that is still under way holds it, and would be missed. Throws when MySQL cannot say.
 */
export function lookUpBatch(
  database: Database,
  batch: readonly GrantedRequest[],
  failure: Error,
): Promise<IssuedBatch> {
  return database.fork().transactional(async (em) => {
    const eventId = batch[0]?.request.eventId ?? '';
    const event = await em.findOneOrFail(CouponEvent, { id: eventId }, { lockMode: LockMode.PESSIMISTIC_READ });
    const requests = batch.map(({ request: { userId, requestId } }) => ({ userId, requestId }));
    const coupons = await em.find(Coupon, { $or: requests });
    const outcomes = batch.map(({ request }): IssueOutcome => {
      const isIts = ({ userId, requestId }: Coupon) => userId === request.userId && requestId === request.requestId;
      const coupon = coupons.find(isIts);
      if (coupon === undefined) return failure;
      return coupon.eventId === eventId ? coupon : new IdempotencyKeyReused();
    });
    return { outcomes, generation: event.generation, soldOut: event.isSoldOut() };
  });
}
