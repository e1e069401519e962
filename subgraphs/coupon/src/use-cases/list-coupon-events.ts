import { BadUserInput, isId } from '@shop/kernel';
import type { Page } from '@shop/subgraph-kit';
import type { CouponContext } from '../context.ts';
import { CouponEvent } from '../domain/coupon-event.ts';
import type { CouponEventStatus } from '../domain/window.ts';

// The same rule as `statusOf`, where it can be searched.
const matching = (status: CouponEventStatus, now: Date) =>
  ({
    SCHEDULED: { endedAt: null, startsAt: { $gt: now } },
    ACTIVE: { endedAt: null, startsAt: { $lte: now }, endsAt: { $gt: now } },
    ENDED: { $or: [{ endedAt: { $ne: null } }, { endsAt: { $lte: now } }] },
  })[status];

/** The newest first: ids sort by the time they were made. */
export function listCouponEvents(
  ctx: CouponContext,
  { page, status }: { page: Page; status: CouponEventStatus | null | undefined },
): Promise<CouponEvent[]> {
  return ctx.em.find(
    CouponEvent,
    {
      ...(page.after && { id: { $lt: idOf(page) } }),
      ...(status && matching(status, ctx.clock.now())),
    },
    { orderBy: { id: 'desc' }, limit: page.limit },
  );
}

function idOf(page: Page): string {
  const id = String(page.after?.[0]);
  if (!isId(id)) throw new BadUserInput('after', 'after is not a cursor of this list.');
  return id;
}
