import { Conflict, ServiceUnavailable } from '@shop/kernel';
import type { SagaContext } from '../context.ts';
import type { Order } from '../domain/order.ts';
import type { Payment } from '../domain/payment.ts';
import type { PaymentProvider, ProviderPayment } from '../payment-provider.ts';
import { findPayment } from '../reads/stored-orders.ts';

export const CURRENCY = 'KRW';

/** The provider's payment is not the one we asked for. */
export class PaymentMismatch extends Conflict {}

export function providerOf({ provider }: SagaContext): PaymentProvider {
  if (provider === null) throw new ServiceUnavailable('Card payments are switched off.');
  return provider;
}

export async function paymentOf({ em }: SagaContext, { id: orderId }: Order): Promise<Payment> {
  const payment = await findPayment(em, { orderId });
  if (payment === null) throw new Error(`The payment of order ${orderId} is gone.`);
  return payment;
}

/** Nothing is decided by a payment of another amount or currency than the frozen order's. */
export function verified(payment: Payment, found: ProviderPayment): ProviderPayment {
  const { status, amount, capturedAmount, currencyCode } = found;
  const isSame = amount === payment.amount && currencyCode === CURRENCY;
  if (isSame && (status !== 'CAPTURED' || capturedAmount === payment.amount)) return found;
  throw new PaymentMismatch(
    `Payment ${payment.id} is ${payment.amount} ${CURRENCY}; the provider has ${amount} ${currencyCode}, ${capturedAmount} of it captured.`,
  );
}
