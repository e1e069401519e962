import { BadUserInput, isId } from '@shop/kernel';
import { type Connection, connectionOf, type Page, pageOf } from '@shop/subgraph-kit';
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

const order = 'coupon-events';

/** All events, the newest first: ids sort by the time they were made. */
export async function listCouponEvents(
  ctx: CouponContext,
  { status, ...args }: { first?: number | null; after?: string | null; status?: CouponEventStatus | null },
): Promise<Connection<CouponEvent>> {
  const page = pageOf(args, { order });
  const events = await ctx.em.find(
    CouponEvent,
    {
      ...(page.after && { id: { $lt: idOf(page) } }),
      ...(status && matching(status, ctx.clock.now())),
    },
    { orderBy: { id: 'desc' }, limit: page.limit },
  );
  return connectionOf(events, page, { order, valuesOf: (event) => [event.id] });
}

function idOf(page: Page): string {
  const id = String(page.after?.[0]);
  if (!isId(id)) throw new BadUserInput('after', 'after is not a cursor of this list.');
  return id;
}
