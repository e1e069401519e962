import type { Envelope } from '@shop/messaging';
import { type Logger, type Metrics, reasonOf } from '@shop/service-kit';
import {
  bulkhead,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  DelegateBackoff,
  ExponentialBackoff,
  fullJitterGenerator,
  handleWhen,
  isBrokenCircuitError,
  retry,
  wrap,
} from 'cockatiel';
import { PlatformAway, PlatformBusy } from './platform.errors.ts';
import { createEventPoster } from './post-event.ts';

/** The data platform behind a time limit, a limit of deliveries at a time, a circuit breaker and a short retry. */
export interface DataPlatform {
  /** Throws EventRefused when the event will never be taken, PlatformAway when it may be later. */
  deliver(event: Envelope): Promise<void>;
  /** How long to send nothing: the breaker is open, or the platform asked for it; 0 means go on. */
  pausedForMs(): number;
  /** Null, or why nothing is sent. */
  ready(): string | null;
  close(): Promise<void>;
}

export interface DataPlatformOptions {
  url: string;
  timeoutMs: number;
  concurrency: number;
  /** The first and the longest time the breaker stays open; doubles in between, with jitter. 1 s and 10 s by default. */
  breakMs?: { first: number; longest: number };
  log: Logger;
  metrics: Metrics;
}

const failuresToBreak = 5;
const retriesAtOnce = 2;

export function createDataPlatform(options: DataPlatformOptions): DataPlatform {
  const { url, timeoutMs, concurrency, log, metrics, breakMs = { first: 1_000, longest: 10_000 } } = options;
  const poster = createEventPoster({ url, timeoutMs, connections: concurrency });
  let pausedUntil = 0;
  let pauseReason = '';

  function pauseFor(ms: number, reason: string): void {
    pausedUntil = Math.max(pausedUntil, performance.now() + ms);
    pauseReason = reason;
  }

  // Busy is well: it pauses the deliveries, it does not break the circuit. And who names a time is not asked before it.
  const isAway = (error: unknown): boolean => error instanceof PlatformAway && !(error instanceof PlatformBusy);
  const isBlip = (error: unknown): boolean => isAway(error) && retryAfterOf(error) === undefined;
  const breaker = circuitBreaker(handleWhen(isAway), {
    breaker: new ConsecutiveBreaker(failuresToBreak),
    halfOpenAfter: new DelegateBackoff<{ result: object }, number>(({ result }, last = breakMs.first / 2) => {
      const state = Math.min(last * 2, breakMs.longest);
      const asked = 'error' in result ? (retryAfterOf(result.error) ?? 0) : 0;
      const delay = Math.max(asked, state * (0.5 + Math.random() / 2));
      pauseFor(delay, 'its circuit breaker is open');
      return { delay, state };
    }),
  });
  const backoff = new ExponentialBackoff({ initialDelay: 100, maxDelay: 2_000, generator: fullJitterGenerator });
  const policy = wrap(
    retry(handleWhen(isBlip), { maxAttempts: retriesAtOnce, backoff }),
    // Before the breaker: who has waited here must not go on when it has opened meanwhile.
    bulkhead(concurrency, Number.POSITIVE_INFINITY),
    breaker,
  );
  watch(breaker, { log, metrics });

  async function deliver(event: Envelope): Promise<void> {
    try {
      await policy.execute(() => poster.post(event));
    } catch (error) {
      if (isBrokenCircuitError(error)) throw new PlatformAway('its circuit breaker is open', { cause: error });
      const retryAfterMs = retryAfterOf(error);
      if (retryAfterMs !== undefined) pauseFor(retryAfterMs, 'it asked to be left alone');
      throw error;
    }
  }

  return {
    deliver,
    pausedForMs: () => Math.max(0, Math.ceil(pausedUntil - performance.now())),
    ready: () => (performance.now() < pausedUntil || breaker.state !== CircuitState.Closed ? pauseReason : null),
    close: () => poster.close(),
  };
}

function retryAfterOf(error: unknown): number | undefined {
  return error instanceof PlatformAway ? error.retryAfterMs : undefined;
}

function watch(breaker: ReturnType<typeof circuitBreaker>, { log, metrics }: { log: Logger; metrics: Metrics }): void {
  const open = metrics.gauge('shop_data_platform_breaker_open', '1 while nothing is sent to the data platform.');
  let wasOpen = false;
  breaker.onBreak((cause) => {
    open.set(1);
    const reason = 'error' in cause ? reasonOf(cause.error) : 'unknown';
    if (!wasOpen) log.warn({ reason }, 'The data platform is away; events wait in their streams.');
    wasOpen = true;
  });
  breaker.onReset(() => {
    open.set(0);
    wasOpen = false;
    log.info('The data platform is back.');
  });
}
