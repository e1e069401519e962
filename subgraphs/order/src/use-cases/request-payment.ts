import { setTimeout as pause } from 'node:timers/promises';
import { raw } from '@mikro-orm/mysql';
import { DomainError, Refusal } from '@shop/kernel';
import { failPoint } from '@shop/service-kit';
import { transactional } from '@shop/subgraph-kit';
import type { SagaContext } from '../context.ts';
import type { Order } from '../domain/order.ts';
import { Payment } from '../domain/payment.ts';
import { type PlaceOrderErrorCode, paymentDeclined } from '../domain/place-order.errors.ts';
import { type ProviderPayment, ProviderRefused } from '../payment-provider.ts';
import { CURRENCY, PaymentMismatch, providerOf, verified } from './ask-provider.ts';
import { insertLines, writeDecision } from './decide-order.ts';
import type { Held } from './hold-everything.ts';
import { inSeconds, leaseFor } from './lease.ts';
import { recordStatus } from './record-order-events.ts';

const PAUSE_MS = 100;

/**
 * Freezes what the order costs and stores its payment, before anybody is asked for it: whatever becomes of this process,
 * there is a key to ask the provider by. Null when the order is no longer this driver's.
 */
export async function openPayment(ctx: SagaContext, order: Order, { lines, price }: Held): Promise<Payment | null> {
  order.freeze(price);
  order.paymentIntent = 'AUTHORISE';
  const payment = Payment.byCard(order, ctx.clock.now());
  return transactional(ctx.em, async (em) => {
    if (!(await writeDecision(em, order, { from: 'PENDING', also: leaseFor(ctx) }))) return null;
    await insertLines(em, order.id, lines);
    await em.insert(Payment, payment);
    return payment;
  });
}

/**
 * Has the provider open the payment. Whoever has not just stored it asks first whether it is there, as does everybody
 * after an attempt that was not answered. Throws Refusal when the card is declined; every other error is ours.
 */
export async function authorise(
  ctx: SagaContext,
  payment: Payment,
  { mayBeThere }: { mayBeThere: boolean },
): Promise<ProviderPayment> {
  const provider = providerOf(ctx);
  const { id: key, amount, orderId: reference } = payment;
  const endsAt = performance.now() + ctx.timing.authoriseWithinMs;
  for (let isFirst = !mayBeThere; ; isFirst = false) {
    try {
      const known = isFirst ? null : await provider.status(key);
      const found = known ?? (await provider.authorise({ key, amount, currencyCode: CURRENCY, reference }));
      failPoint('order.authorised');
      return undeclined(verified(payment, found));
    } catch (error) {
      if (!mayBeRepeated(error) || performance.now() + PAUSE_MS >= endsAt) throw error;
    }
    await pause(PAUSE_MS);
  }
}

/** A refusal stays one, and a mistake of ours would be made again. */
function mayBeRepeated(error: unknown): boolean {
  const isFinal = [Refusal, ProviderRefused, PaymentMismatch].some((kind) => error instanceof kind);
  return error instanceof DomainError && !isFinal;
}

function undeclined(found: ProviderPayment): ProviderPayment {
  if (found.status === 'DECLINED') throw new Refusal<PlaceOrderErrorCode>(paymentDeclined());
  return found;
}

/** The order waits for its buyer; false when it was no longer this driver's to decide, or too late. */
export async function awaitPayment(
  ctx: SagaContext,
  order: Order,
  payment: Payment,
  { redirectUrl }: ProviderPayment,
): Promise<boolean> {
  const at = ctx.clock.now();
  order.awaitPayment(at);
  const also = {
    decideBy: raw('created_at + INTERVAL ? SECOND', [ctx.timing.payWithinSeconds]),
    leaseOwner: null,
    leaseUntil: inSeconds(ctx.timing.lookAgainSeconds),
  };
  return transactional(ctx.em, async (em) => {
    if (!(await writeDecision(em, order, { from: 'PENDING', inTime: true, also }))) return false;
    await em.nativeUpdate(Payment, { id: payment.id }, { redirectUrl });
    await recordStatus(em, order, at);
    return true;
  });
}
