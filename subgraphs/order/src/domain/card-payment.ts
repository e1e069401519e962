export const PROVIDER_STATUSES = ['PENDING', 'AUTHORISED', 'DECLINED', 'CAPTURED', 'REFUNDED', 'VOIDED'] as const;

/** How far the provider says a payment is; PENDING until the buyer has decided. */
export type ProviderStatus = (typeof PROVIDER_STATUSES)[number];

/**
 * What is to be done at the provider about an order, persisted before it is done. AUTHORISE: open the payment, which may
 * have happened. AWAIT: the buyer has the word. CAPTURE: take the money, which may have happened. RETURN: see to it that
 * the buyer keeps or gets back everything. Null when nothing is left to do there.
 */
export type PaymentIntent = 'AUTHORISE' | 'AWAIT' | 'CAPTURE' | 'RETURN';

/** What follows for an order that still waits, from what the provider says about its payment. */
export type Verdict = 'wait' | 'capture' | 'complete' | 'decline' | 'expire';

export function verdictOn(status: ProviderStatus | 'ABSENT'): Verdict {
  switch (status) {
    case 'AUTHORISED':
      return 'capture';
    case 'CAPTURED':
      return 'complete';
    case 'DECLINED':
      return 'decline';
    // Ended by somebody else, and no money came in.
    case 'VOIDED':
    case 'REFUNDED':
      return 'expire';
    // The provider has said before that it is there: that it is missing now decides nothing.
    case 'ABSENT':
    case 'PENDING':
      return 'wait';
  }
}

/** How an order that takes no money, or no more, has it returned. */
export type Return = 'void' | 'refund' | 'nothing';

export function returnOf(status: ProviderStatus): Return {
  if (status === 'CAPTURED') return 'refund';
  return status === 'PENDING' || status === 'AUTHORISED' ? 'void' : 'nothing';
}
