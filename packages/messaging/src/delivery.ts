import type { JsMsg } from '@nats-io/jetstream';
import { continueTrace } from '@shop/service-kit';
import type { ConsumerOptions } from './consumer.ts';
import { bury } from './dead-letter.ts';
import type { EventDefinition, EventOf } from './define-event.ts';
import { readEvent } from './read-event.ts';
import { RetryLater } from './retry-later.ts';

/** How long the server waits for a word on a message before it gives it to another process. */
export const ACK_WAIT_MS = 30_000;
const BACKOFF_MS = [1_000, 5_000, 15_000, 60_000];
const MAX_ATTEMPTS = 8;

/** Handles one message of a consumer to its end: acknowledged, to be delivered again later, or a dead letter. */
export function createDelivery<D extends EventDefinition>(
  options: ConsumerOptions<D>,
): (message: JsMsg) => Promise<void> {
  const { bus, stream, durable, handle, log, metrics, backoffMs = BACKOFF_MS, maxAttempts = MAX_ATTEMPTS } = options;
  const seconds = metrics.histogram('shop_consumer_seconds', 'Time to handle an event.', ['consumer', 'outcome']);
  // Failures, not deliveries: JetStream also counts those that were put off or cut short by a restart.
  const failures = new Map<number, number>();

  async function settle(message: JsMsg): Promise<string> {
    let event: EventOf<D> | null;
    try {
      event = readEvent(options.events, message.subject, message.string());
    } catch (error) {
      return buryOrPutOff(message, error);
    }
    try {
      if (event !== null) await effect(event);
      failures.delete(message.seq);
      message.ack();
      return event === null ? 'not-asked-for' : 'handled';
    } catch (error) {
      return retryOrBury(message, error);
    }
  }

  function effect(event: EventOf<D>): Promise<void> {
    return continueTrace(event.traceparent, `${durable} ${event.type}`, () => handle(event));
  }

  function retryOrBury(message: JsMsg, error: unknown): string | Promise<string> {
    if (error instanceof RetryLater) {
      message.nak(error.delayMs);
      return 'put-off';
    }
    const attempts = (failures.get(message.seq) ?? 0) + 1;
    failures.set(message.seq, attempts);
    if (attempts >= maxAttempts) return buryOrPutOff(message, error);
    log.warn({ err: error, consumer: durable, sequence: message.seq, attempts }, 'An event failed; it is tried again.');
    message.nak(backoffMs[Math.min(attempts, backoffMs.length) - 1] ?? 0);
    return 'failed';
  }

  async function buryOrPutOff(message: JsMsg, error: unknown): Promise<string> {
    try {
      await bury(bus, durable, message, error);
    } catch (cause) {
      // Only what is stored as a dead letter may be acknowledged.
      log.error({ err: cause, consumer: durable, sequence: message.seq }, 'A dead letter could not be stored.');
      message.nak(backoffMs.at(-1) ?? 0);
      return 'failed';
    }
    log.error({ err: error, consumer: durable, stream, sequence: message.seq }, 'An event became a dead letter.');
    failures.delete(message.seq);
    message.ack();
    return 'dead-letter';
  }

  return async (message) => {
    const stop = seconds.startTimer({ consumer: durable });
    // Slow is not lost: without this the server would give the message to another process.
    const working = setInterval(() => message.working(), ACK_WAIT_MS / 3);
    try {
      stop({ outcome: await settle(message) });
    } finally {
      clearInterval(working);
    }
  };
}
