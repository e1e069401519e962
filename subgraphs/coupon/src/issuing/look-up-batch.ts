import { LockMode } from '@mikro-orm/mysql';
import type { Database } from '@shop/subgraph-kit';
import { CouponEvent } from '../domain/coupon-event.ts';
import { earlierCoupons, keyOf, outcomeOf } from './earlier-coupons.ts';
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
    const requests = batch.map(({ request }) => request);
    const coupons = await earlierCoupons(em, requests);
    const outcomes = requests.map((request): IssueOutcome => {
      const earlier = coupons.get(keyOf(request));
      return earlier === undefined ? failure : outcomeOf(earlier, request);
    });
    return { outcomes, generation: event.generation, soldOut: event.isSoldOut() };
  });
}
