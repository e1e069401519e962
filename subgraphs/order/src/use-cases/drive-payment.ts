import { raw } from '@mikro-orm/mysql';
import { DomainError } from '@shop/kernel';
import { failPoint } from '@shop/service-kit';
import type { SagaContext } from '../context.ts';
import { type Verdict, verdictOn } from '../domain/card-payment.ts';
import { Order } from '../domain/order.ts';
import type { Payment } from '../domain/payment.ts';
import type { PaymentProvider, ProviderPayment } from '../payment-provider.ts';
import { PaymentMismatch, paymentOf, providerOf, verified } from './ask-provider.ts';
import { completePaidOrder, EXPIRED_REASON, rejectOrder } from './decide-order.ts';
import { leaseFor, now } from './lease.ts';

const LONGEST_PAUSE_SECONDS = 15;

/**
 * Takes an order that waits for its payment as far as the provider's word goes: captures what is authorised, completes
 * what is captured, rejects what has failed. True when it is decided, and by this driver.
 */
export async function drivePayment(ctx: SagaContext, order: Order): Promise<boolean> {
  const payment = await paymentOf(ctx, order);
  const verdict = await reachVerdict(ctx, order, payment);
  switch (verdict) {
    case 'complete':
      return completePaidOrder(ctx, order, payment);
    case 'decline':
      return rejectOrder(ctx, order, 'PAYMENT_DECLINED', null);
    case 'expire':
      return rejectOrder(ctx, order, EXPIRED_REASON, null);
    case 'mismatch':
      return rejectOrder(ctx, order, 'PAYMENT_MISMATCH', null);
    case 'capture':
    case 'wait':
      await lookAgainLater(ctx, order);
      return false;
  }
}

async function reachVerdict(ctx: SagaContext, order: Order, payment: Payment): Promise<Verdict | 'mismatch'> {
  const judge = (found: ProviderPayment | null): Verdict => {
    if (found !== null) verified(payment, found);
    const status = found?.status ?? 'ABSENT';
    order.record('payment', status, ctx.clock.now());
    return verdictOn(status);
  };
  try {
    const provider = providerOf(ctx);
    const found = await provider.status(payment.id);
    const verdict = judge(found);
    if (verdict !== 'capture' || found === null || !(await intendToCapture(ctx, order))) return verdict;
    const captured = await capture(provider, payment, found);
    failPoint('order.captured');
    return judge(captured);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const isMismatch = error instanceof PaymentMismatch;
    ctx.log[isMismatch ? 'error' : 'warn']({ err: error, orderId: order.id }, 'A payment is not finished.');
    return isMismatch ? 'mismatch' : 'wait';
  }
}

/** Written before the money is taken. False when it is no longer this driver's to take, or too late. */
async function intendToCapture(ctx: SagaContext, order: Order): Promise<boolean> {
  order.paymentIntent = 'CAPTURE';
  const written = await ctx.em.nativeUpdate(
    Order,
    { id: order.id, status: 'AWAITING_PAYMENT', fence: order.fence, decideBy: { $gt: now() } },
    { paymentIntent: order.paymentIntent, steps: order.steps, ...leaseFor(ctx) },
  );
  return written === 1;
}

async function capture(
  provider: PaymentProvider,
  { id: key }: Payment,
  { id }: ProviderPayment,
): Promise<ProviderPayment | null> {
  try {
    return await provider.capture(id, key);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    // It may have happened all the same. What is not captured by now is looked at again later, not here.
    return provider.status(key);
  }
}

/** Nobody drives it until then, or until somebody has news. At its deadline it is due whatever comes. */
async function lookAgainLater({ em, timing }: SagaContext, { id, fence, attempts, steps }: Order): Promise<void> {
  const pauseSeconds = Math.min(LONGEST_PAUSE_SECONDS, timing.lookAgainSeconds * 2 ** Math.min(attempts, 8));
  await em.nativeUpdate(
    Order,
    { id, fence },
    {
      ...{ steps, attempts: attempts + 1, leaseOwner: null },
      leaseUntil: raw('LEAST(UTC_TIMESTAMP(3) + INTERVAL ? SECOND, decide_by)', [pauseSeconds]),
    },
  );
}
