import { Conflict, ServiceUnavailable, TimedOut } from '@shop/kernel';
import type { ProviderStatus } from './domain/card-payment.ts';

/** A payment as the provider tells it. */
export interface ProviderPayment {
  /** The provider's name for it. */
  id: string;
  status: ProviderStatus;
  amount: number;
  currencyCode: string;
  capturedAmount: number;
  /** Where the buyer pays or declines; null once that is decided. */
  redirectUrl: string | null;
}

export interface PaymentRequest {
  /** Our name for the payment: the same key is the same payment for ever. */
  key: string;
  amount: number;
  currencyCode: string;
  /** What the buyer reads on the provider's page. */
  reference: string;
}

/** The outcome is unknown: what was asked for may have happened. `status` tells. */
export class ProviderUnanswered extends TimedOut {}

/** Nothing has happened at the provider. */
export class ProviderAway extends ServiceUnavailable {}

/** The provider will not do that, however often it is asked. */
export class ProviderRefused extends Conflict {}

/**
 * Who takes money from cards: a port of the saga. Every call is idempotent and throws ProviderUnanswered, ProviderAway or
 * ProviderRefused; no transaction and no lock is to be open around one.
 */
export interface PaymentProvider {
  /** Null, or why it is not to be asked at the moment. */
  away(): string | null;
  authorise(request: PaymentRequest): Promise<ProviderPayment>;
  /** By our key; null when the provider knows no such payment. */
  status(key: string): Promise<ProviderPayment | null>;
  /** Takes the whole authorised amount, once per key. */
  capture(id: string, key: string): Promise<ProviderPayment>;
  /** Gives up what is not captured. */
  void(id: string, key: string): Promise<ProviderPayment>;
  /** Gives back all that was captured, once per key. */
  refund(id: string, key: string): Promise<ProviderPayment>;
}
