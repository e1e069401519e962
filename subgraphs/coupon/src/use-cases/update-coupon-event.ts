import { type EntityManager, LockMode } from '@mikro-orm/mysql';
import { CouponRestocked, CouponSoldOut } from '@shop/contracts';
import { Conflict, isId } from '@shop/kernel';
import { recordEvent } from '@shop/messaging';
import { transactional } from '@shop/subgraph-kit';
import type { CouponContext } from '../context.ts';
import { CouponEvent } from '../domain/coupon-event.ts';
import { assertChanges, type CouponEventChanges, couponEventMissing } from '../domain/coupon-event-plan.ts';

type UpdateCouponEvent = {
  id: string;
  expectedVersion?: number | null;
} & { [Field in keyof CouponEventChanges]: CouponEventChanges[Field] | null };

export async function updateCouponEvent(ctx: CouponContext, input: UpdateCouponEvent): Promise<CouponEvent> {
  ctx.viewer.mustBe('ADMIN');
  if (!isId(input.id)) throw couponEventMissing();
  const event = await transactional(ctx.em, async (em) => {
    // Locked, because the new total is compared with a count that every batch of coupons raises.
    const event = await em.findOne(CouponEvent, { id: input.id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
    if (event === null) throw couponEventMissing();
    if (input.expectedVersion != null && input.expectedVersion !== event.version) {
      throw new Conflict(`The event is at version ${event.version}, not ${input.expectedVersion}.`);
    }
    const changes = changesOf(input);
    assertChanges(event, changes);
    const effect = event.edit(changes, ctx.clock.now());
    await em.flush();
    await announce(em, event, effect);
    return event;
  });
  await ctx.issuer.eventChanged(event);
  ctx.loaders.couponEvents.clear(event.id);
  return event;
}

/** Null means "as it is", but takes a description away. */
function changesOf({ title, description, totalCount, endsAt, ended }: UpdateCouponEvent): CouponEventChanges {
  return {
    ...(title != null && { title }),
    ...(description !== undefined && { description }),
    ...(totalCount != null && { totalCount }),
    ...(endsAt != null && { endsAt }),
    ...(ended != null && { ended }),
  };
}

async function announce(em: EntityManager, event: CouponEvent, effect: 'SOLD_OUT' | 'RESTOCKED' | null): Promise<void> {
  if (effect === 'RESTOCKED') {
    await recordEvent(em, CouponRestocked, {
      subject: event.id,
      aggregateVersion: event.epoch - 1,
      data: { eventId: event.id, remaining: event.remainingCount() },
    });
  }
  if (effect === 'SOLD_OUT' && event.soldOutAt !== null) {
    const { id, title, epoch, soldOutAt } = event;
    await recordEvent(em, CouponSoldOut, {
      subject: id,
      aggregateVersion: epoch,
      data: { eventId: id, eventTitle: title, epoch, soldOutAt: soldOutAt.toISOString() },
    });
  }
}
