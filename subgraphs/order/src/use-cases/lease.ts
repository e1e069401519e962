import { type FilterQuery, raw } from '@mikro-orm/mysql';
import type { SagaContext } from '../context.ts';
import { Order } from '../domain/order.ts';
import { findOrder } from '../reads/stored-orders.ts';

// Time that decides anything is the database's: processes may disagree about theirs.
export const now = () => raw('UTC_TIMESTAMP(3)');
export const inSeconds = (seconds: number) => raw('UTC_TIMESTAMP(3) + INTERVAL ? SECOND', [seconds]);

/** The columns that say who drives a saga and for how long. */
export function leaseFor({ instanceId, timing }: SagaContext) {
  return { leaseOwner: instanceId, leaseUntil: inSeconds(timing.leaseSeconds) };
}

/** The lease is over, or was left for later. */
export const due = () => ({ leaseUntil: { $lte: now() } });
/** Nobody is at it, whenever it is due; nothing is where nothing is left to do. */
export const idle = () => ({ $or: [due(), { leaseOwner: null, leaseUntil: { $ne: null } }] });

/**
 * Takes over a saga that nobody drives and returns it as it stands now; null when somebody else was faster. The fence
 * rises, so the driver before, should it only have been slow, can write nothing more.
 */
export async function takeOver(
  ctx: SagaContext,
  order: Order,
  when: FilterQuery<Order> = due(),
): Promise<Order | null> {
  const taken = await ctx.em.nativeUpdate(
    Order,
    { $and: [{ id: order.id, fence: order.fence }, when] },
    { fence: order.fence + 1, ...leaseFor(ctx) },
  );
  return taken === 1 ? findOrder(ctx.em, order.id) : null;
}
