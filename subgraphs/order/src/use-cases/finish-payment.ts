import { raw } from '@mikro-orm/mysql';
import { isId } from '@shop/kernel';
import type { SagaContext } from '../context.ts';
import { returnOf } from '../domain/card-payment.ts';
import { Order } from '../domain/order.ts';
import type { Payment } from '../domain/payment.ts';
import { findOrder, findPayment } from '../reads/stored-orders.ts';
import { providerOf } from './ask-provider.ts';
import { driveOrder } from './drive-order.ts';
import { idle, now, takeOver } from './lease.ts';

/** BUSY: somebody is at it, who may not have heard the news; UNKNOWN: it is not a payment of ours. */
export type Finish = 'FINISHED' | 'SETTLED' | 'BUSY' | 'UNKNOWN';

/**
 * Where everybody meets who has heard that something happened to a payment: webhooks and browsers that come back. What
 * they say is not believed; it is a reason to ask the provider now instead of later.
 */
export async function finishPayment(ctx: SagaContext, paymentId: string): Promise<Finish> {
  const payment = isId(paymentId) ? await findPayment(ctx.em, { id: paymentId }) : null;
  const order = payment && (await findOrder(ctx.em, payment.orderId));
  if (payment === null || order === null) return 'UNKNOWN';
  if (order.paymentIntent === null) return reopen(ctx, order, payment);
  const mine = await takeOver(ctx, order, idle());
  if (mine === null) return 'BUSY';
  mine.attempts = 0;
  await driveOrder(ctx, mine);
  return 'FINISHED';
}

/** Money may come in for a payment that was given up as lost: the worker returns it. */
async function reopen(ctx: SagaContext, { id, fence }: Order, payment: Payment): Promise<Finish> {
  if (payment.status !== 'FAILED') return 'SETTLED';
  const found = await providerOf(ctx).status(payment.id);
  if (found === null || returnOf(found.status) === 'nothing') return 'SETTLED';
  ctx.log.warn(
    { orderId: id, paymentId: payment.id, status: found.status },
    'A payment that was given up is returned.',
  );
  const reopened = await ctx.em.nativeUpdate(
    Order,
    { id, fence, paymentIntent: null, status: { $in: ['REJECTED', 'CANCELLED'] } },
    { paymentIntent: 'RETURN', fence: raw('fence + 1'), leaseOwner: null, leaseUntil: now() },
  );
  return reopened === 1 ? 'FINISHED' : 'BUSY';
}
