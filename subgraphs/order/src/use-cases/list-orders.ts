import { BadUserInput, Forbidden, isId } from '@shop/kernel';
import { type Connection, connectionOf, pageOf } from '@shop/subgraph-kit';
import type { OrderContext } from '../context.ts';
import type { Order } from '../domain/order.ts';
import { pageOfUser } from '../reads/order-pages.ts';

const order = 'orders';

/**
 * A user's orders, newest first. An order that the buyer was refused is not among them: it was never acknowledged.
 * Throws Forbidden for another's.
 */
export async function listOrders(
  ctx: OrderContext,
  userId: string,
  args: { first?: number | null; after?: string | null },
): Promise<Connection<Order>> {
  ctx.viewer.mustBeSignedIn();
  if (!ctx.viewer.maySee(userId)) throw new Forbidden();
  const page = pageOf(args, { order });
  if (page.after !== null && !isId(String(page.after[0]))) {
    throw new BadUserInput('after', 'after is not a cursor of this list.');
  }
  const found = await ctx.loaders.history.pages.load(pageOfUser(userId, page));
  return connectionOf(found?.orders ?? [], page, { order, valuesOf: ({ id }) => [id] });
}
