import { DomainError } from '@shop/kernel';
import { transactional } from '@shop/subgraph-kit';
import type { SagaContext } from '../context.ts';
import { returnOf } from '../domain/card-payment.ts';
import { Order } from '../domain/order.ts';
import { Payment, type PaymentStatus } from '../domain/payment.ts';
import {
  type PaymentProvider,
  type ProviderPayment,
  ProviderRefused,
  ProviderUnanswered,
} from '../payment-provider.ts';
import { paymentOf, providerOf } from './ask-provider.ts';

/**
 * Sees to it that the provider keeps nothing of an order that is rejected or cancelled: voids what is not captured,
 * refunds what is. Until the provider has said that it is so, the order's intent stays RETURN, and the payment worker
 * tries for ever.
 */
export async function returnPayment(ctx: SagaContext, order: Order): Promise<void> {
  const payment = await paymentOf(ctx, order);
  try {
    const provider = providerOf(ctx);
    const found = await provider.status(payment.id);
    if (found === null && mayStillArrive(ctx, order, payment)) {
      throw new ProviderUnanswered('The payment is not there; the request for it may still be on its way.');
    }
    const last = found && (await takeNothing(provider, payment.id, found));
    await close(ctx, order, payment, last);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    ctx.log.warn({ err: error, orderId: order.id, paymentId: payment.id }, 'A payment is not returned yet.');
    order.record('return payment', 'NOT_ACKNOWLEDGED', ctx.clock.now());
  }
}

/** A payment that was captured has to be somewhere. */
function mayStillArrive({ clock, timing }: SagaContext, order: Order, { createdAt }: Payment): boolean {
  const ageMs = clock.now().getTime() - createdAt.getTime();
  return order.completedAt !== null || ageMs < timing.lostRequestSeconds * 1_000;
}

async function takeNothing(provider: PaymentProvider, key: string, found: ProviderPayment): Promise<ProviderPayment> {
  let last = found;
  for (;;) {
    const before = last;
    const action = returnOf(before.status);
    if (action === 'nothing') return before;
    try {
      last = await provider[action](before.id, key);
    } catch (error) {
      // Authorised or captured since it was asked about: a request of ours was still on its way.
      if (!(error instanceof ProviderRefused)) throw error;
      last = (await provider.status(key)) ?? before;
    }
    if (last.status === before.status) throw new ProviderUnanswered(`The payment stays ${last.status}.`);
  }
}

async function close(ctx: SagaContext, order: Order, payment: Payment, last: ProviderPayment | null): Promise<void> {
  const status: PaymentStatus = last?.status === 'REFUNDED' ? 'REFUNDED' : 'FAILED';
  order.record('return payment', last?.status ?? 'ABSENT', ctx.clock.now());
  const isClosed = await transactional(ctx.em, async (em) => {
    const { id, fence, steps } = order;
    const written = await em.nativeUpdate(Order, { id, fence }, { paymentIntent: null, steps });
    if (written === 1) await em.nativeUpdate(Payment, { id: payment.id }, { status });
    return written === 1;
  });
  if (isClosed) order.paymentIntent = null;
}
