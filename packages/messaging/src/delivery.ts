import type { JsMsg } from '@nats-io/jetstream';
import { continueTrace } from '@shop/service-kit';
import type { Attempts, AttemptsMemory } from './attempts.ts';
import type { ConsumerOptions } from './consumer.ts';
import { bury } from './dead-letter.ts';
import type { EventDefinition, EventOf } from './define-event.ts';
import { isolation } from './isolation.ts';
import { REDRIVEN_FOR } from './marks.ts';
import { readEvent } from './read-event.ts';
import { RetryLater } from './retry-later.ts';

/** How long the server waits for a word on a message before it gives it to another process. */
export const ACK_WAIT_MS = 30_000;
const BACKOFF_MS = [1_000, 5_000, 15_000, 60_000];
const MAX_ATTEMPTS = 8;
const MAX_DEATHS = 5;
// Once may be anybody's bad luck.
const SUSPECT_AFTER_DEATHS = 2;
/** Over how long a time suspects are spread that have to wait for their turn. */
const TURNS_MS = 1_000;

interface Outcome {
  name: 'handled' | 'not-asked-for' | 'failed' | 'put-off' | 'dead-letter';
  /** How long whoever fetched the message should fetch nothing more; the next would meet the same outage. */
  restMs: number;
}

/**
 * Handles one message of a consumer to its end: acknowledged, to be delivered again later, or a dead letter. Resolves
 * with the time to rest before the next.
 */
export function createDelivery<D extends EventDefinition>(
  options: ConsumerOptions<D>,
  memory: AttemptsMemory,
): (message: JsMsg) => Promise<number> {
  const { bus, stream, durable, handle, log, metrics, backoffMs = BACKOFF_MS } = options;
  const { maxAttempts = MAX_ATTEMPTS, maxDeaths = MAX_DEATHS, ackWaitMs = ACK_WAIT_MS } = options;
  const seconds = metrics.histogram('shop_consumer_seconds', 'Time to handle an event.', ['consumer', 'outcome']);

  async function settle(message: JsMsg): Promise<Outcome> {
    const attempts = await isolation.first(() => lookInto(message));
    if (attempts === null) return { name: 'put-off', restMs: 0 };
    return isSuspect(attempts) ? isolation.alone(() => finish(message, attempts)) : finish(message, attempts);
  }

  async function finish(message: JsMsg, attempts: Attempts): Promise<Outcome> {
    if (attempts.deaths >= maxDeaths) {
      return buryOrPutOff(message, new Error(`Whoever had it did not live to tell, ${attempts.deaths} times.`));
    }
    let event: EventOf<D> | null;
    try {
      event = isForAnother(message) ? null : readEvent(options.events, message.subject, message.string());
    } catch (error) {
      return buryOrPutOff(message, error);
    }
    try {
      if (event !== null) await effect(event, attempts);
      message.ack();
      return { name: event === null ? 'not-asked-for' : 'handled', restMs: 0 };
    } catch (error) {
      return retryOrBury(message, error, attempts);
    }
  }

  /**
   * How the earlier deliveries ended; null for a suspect that was put off because another has its turn. It must not be in
   * hand meanwhile: should the other end the process, this one would be a death older, and innocent.
   */
  async function lookInto(message: JsMsg): Promise<Attempts | null> {
    const attempts = await memory.of(message);
    if (!isSuspect(attempts) || isolation.claim()) return attempts;
    await memory.remember(message, { ...attempts, putOffs: attempts.putOffs + 1 });
    message.nak(Math.ceil(Math.random() * TURNS_MS));
    return null;
  }

  const isSuspect = ({ deaths }: Attempts): boolean => deaths >= SUSPECT_AFTER_DEATHS && deaths < maxDeaths;

  function isForAnother(message: JsMsg): boolean {
    const addressee = message.headers?.get(REDRIVEN_FOR) || durable;
    return addressee !== durable;
  }

  function effect(event: EventOf<D>, attempts: Attempts): Promise<void> {
    const work = () => continueTrace(event.traceparent, `${durable} ${event.type}`, () => handle(event));
    return isSuspect(attempts) ? work() : isolation.together(work);
  }

  async function retryOrBury(message: JsMsg, error: unknown, attempts: Attempts): Promise<Outcome> {
    if (error instanceof RetryLater) {
      await memory.remember(message, { ...attempts, putOffs: attempts.putOffs + 1 });
      message.nak(error.delayMs);
      return { name: 'put-off', restMs: error.delayMs };
    }
    const failures = attempts.failures + 1;
    if (failures >= maxAttempts) return buryOrPutOff(message, error);
    log.warn({ err: error, consumer: durable, sequence: message.seq, failures }, 'An event failed; it is tried again.');
    await memory.remember(message, { ...attempts, failures });
    message.nak(backoffMs[Math.min(failures, backoffMs.length) - 1] ?? 0);
    return { name: 'failed', restMs: 0 };
  }

  async function buryOrPutOff(message: JsMsg, error: unknown): Promise<Outcome> {
    try {
      await bury(bus, durable, message, error);
    } catch (cause) {
      // Only what is stored as a dead letter may be acknowledged.
      log.error({ err: cause, consumer: durable, sequence: message.seq }, 'A dead letter could not be stored.');
      message.nak(backoffMs.at(-1) ?? 0);
      return { name: 'failed', restMs: 0 };
    }
    log.error({ err: error, consumer: durable, stream, sequence: message.seq }, 'An event became a dead letter.');
    message.ack();
    return { name: 'dead-letter', restMs: 0 };
  }

  return async (message) => {
    const stop = seconds.startTimer({ consumer: durable });
    // Slow is not lost: without this the server would give the message to another process.
    const working = setInterval(() => message.working(), ackWaitMs / 3);
    try {
      const { name, restMs } = await settle(message);
      stop({ outcome: name });
      return restMs;
    } finally {
      clearInterval(working);
    }
  };
}
