import { isId } from '@shop/kernel';
import type { OrderContext } from '../context.ts';
import type { Order, SagaStep } from '../domain/order.ts';

/** The order, or null for everybody but its owner and ADMINs. */
export async function readOrder(ctx: OrderContext, id: string): Promise<Order | null> {
  const order = isId(id) ? await ctx.loaders.orders.load(id) : null;
  return order !== null && ctx.viewer.maySee(order.userId) ? order : null;
}

export function readSagaSteps(ctx: OrderContext, order: { steps: SagaStep[] }): SagaStep[] {
  ctx.viewer.mustBe('ADMIN');
  return order.steps;
}
