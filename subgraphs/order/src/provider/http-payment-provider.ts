import type { Metrics } from '@shop/service-kit';
import {
  bulkhead,
  ConsecutiveBreaker,
  circuitBreaker,
  DelegateBackoff,
  handleWhen,
  isBrokenCircuitError,
  isBulkheadRejectedError,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel';
import { type PaymentProvider, ProviderAway, type ProviderPayment, ProviderUnanswered } from '../payment-provider.ts';
import { createProviderClient, ProviderBusy, type ProviderRequest } from './provider-client.ts';

export interface HttpPaymentProviderOptions {
  url: string;
  /** Where the provider sends buyers afterwards; the payment's key is added. Undefined keeps them there. */
  returnUrl: string | undefined;
  timeoutMs: number;
  metrics: Metrics;
}

const AT_A_TIME = 32;
const IN_LINE = 64;
const FAILURES_TO_BREAK = 5;
const FIRST_BREAK_MS = 500;
const LONGEST_BREAK_MS = 5_000;

/** The payment provider over HTTP, behind a time limit, a limit of requests at a time and a circuit breaker. */
export function createHttpPaymentProvider(options: HttpPaymentProviderOptions): PaymentProvider & { close(): unknown } {
  const { url, returnUrl, timeoutMs, metrics } = options;
  const client = createProviderClient({ url, connections: AT_A_TIME });
  let brokenUntil = 0;
  // Who asks to be asked less is well.
  const isAway = (error: unknown): boolean =>
    error instanceof ProviderUnanswered || (error instanceof ProviderAway && !(error instanceof ProviderBusy));
  const breaker = circuitBreaker(handleWhen(isAway), {
    breaker: new ConsecutiveBreaker(FAILURES_TO_BREAK),
    halfOpenAfter: new DelegateBackoff<unknown, number>((_context, last = FIRST_BREAK_MS / 2) => {
      const delay = Math.min(last * 2, LONGEST_BREAK_MS);
      brokenUntil = performance.now() + delay;
      return { delay, state: delay };
    }),
  });
  const isBroken = metrics.gauge('shop_payment_provider_breaker_open', '1 while the payment provider is not asked.');
  breaker.onBreak(() => isBroken.set(1));
  breaker.onReset(() => isBroken.set(0));
  // The time limit is innermost: it is for the provider, not for standing in line.
  const policy = wrap(breaker, bulkhead(AT_A_TIME, IN_LINE), timeout(timeoutMs, TimeoutStrategy.Cooperative));

  async function ask<A>(send: (signal: AbortSignal) => Promise<A>): Promise<A> {
    try {
      return await policy.execute(({ signal }) => send(signal));
    } catch (error) {
      if (!isBrokenCircuitError(error) && !isBulkheadRejectedError(error)) throw error;
      throw new ProviderAway('The payment provider is not asked at the moment.', { cause: error });
    }
  }

  const post = (request: ProviderRequest) => ask((signal) => client.post(request, signal));
  const act =
    (action: 'capture' | 'void' | 'refund') =>
    (id: string, key: string): Promise<ProviderPayment> =>
      post({ path: `/payments/${encodeURIComponent(id)}/${action}`, idempotencyKey: `${action}:${key}` });

  return {
    away: () => (performance.now() < brokenUntil ? 'The payment provider does not answer.' : null),
    authorise: ({ key, ...payment }) =>
      post({
        path: '/payments',
        idempotencyKey: key,
        body: { ...payment, ...(returnUrl !== undefined && { returnUrl: withPayment(returnUrl, key) }) },
      }),
    status: (key) => ask((signal) => client.find(key, signal)),
    capture: act('capture'),
    void: act('void'),
    refund: act('refund'),
    close: () => client.close(),
  };
}

function withPayment(returnUrl: string, key: string): string {
  const url = new URL(returnUrl);
  url.searchParams.set('payment', key);
  return url.href;
}
