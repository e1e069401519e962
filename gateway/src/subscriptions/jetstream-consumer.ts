import { setTimeout as pause } from 'node:timers/promises';
import {
  type Consumer,
  type ConsumerMessages,
  DeliverPolicy,
  type JetStreamClient,
  type JsMsg,
} from '@nats-io/jetstream';
import { type Logger, reasonOf } from '@shop/service-kit';
import { z } from 'zod';
import type { StreamEvent } from './event-source.ts';

/** A consumer that hears nothing for two of these takes its server for gone, and is made anew where it stopped. */
const HEARTBEAT_MS = 5_000;
const EXPIRES_MS = 30_000;
const REOPEN_AFTER_MS = 1_000;

/** The parts of a CloudEvent that matter here. */
const envelope = z.object({ data: z.record(z.string(), z.unknown()), traceparent: z.string().optional() });

interface ConsumerOptions {
  client: JetStreamClient;
  stream: string;
  filter: string;
  /** The sequence of the last message that is not wanted any more. */
  after: number;
  listener: (event: StreamEvent) => void;
  log: Logger;
}

/**
 * Reads a stream with an ordered consumer, which the library makes anew after an outage; where it gives up (a stream
 * deleted for long), this starts another. Nothing is acknowledged: each process reads for itself.
 */
export async function openJetStreamConsumer(options: ConsumerOptions): Promise<{ close(): void }> {
  const { listener, log, stream } = options;
  const closing = new AbortController();
  let last = options.after;
  let reading = await open(options, last);

  async function readOn(): Promise<void> {
    while (!closing.signal.aborted) {
      try {
        for await (const message of reading.messages) {
          // A consumer made anew may begin with messages that were dealt out already.
          if (message.seq <= last) continue;
          last = message.seq;
          const event = eventOf(message, log);
          if (event) listener(event);
        }
      } catch (error) {
        log.warn({ stream, reason: reasonOf(error) }, 'Reading a stream stopped.');
      }
      await reopen();
    }
  }

  async function reopen(): Promise<void> {
    while (!closing.signal.aborted) {
      // Aborting is the only way this can fail, and the loop's condition sees it.
      await pause(REOPEN_AFTER_MS, undefined, { signal: closing.signal }).catch(() => {});
      if (closing.signal.aborted) return;
      try {
        reading = await open(options, last);
        return;
      } catch (error) {
        log.warn({ stream, reason: reasonOf(error) }, 'Waiting to read a stream again.');
      }
    }
  }

  void readOn();
  return {
    close() {
      closing.abort();
      reading.messages.stop();
      // The server forgets an idle consumer by itself after five minutes; this only spares it the wait.
      reading.consumer.delete().catch(() => {});
    },
  };
}

async function open(
  { client, stream, filter }: ConsumerOptions,
  after: number,
): Promise<{ consumer: Consumer; messages: ConsumerMessages }> {
  // The plural name with one string: an ordered consumer ignores `filter_subject`.
  const consumer = await client.consumers.get(stream, {
    filter_subjects: filter,
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: after + 1,
  });
  return { consumer, messages: await consumer.consume({ expires: EXPIRES_MS, idle_heartbeat: HEARTBEAT_MS }) };
}

/** Null for a message that is no event: it can be shown to nobody, and must not stop the rest. */
function eventOf(message: JsMsg, log: Logger): StreamEvent | null {
  try {
    const { data, traceparent } = envelope.parse(message.json());
    return { sequence: message.seq, subject: message.subject, data, traceparent };
  } catch (error) {
    log.error({ err: error, subject: message.subject, sequence: message.seq }, 'A message is not an event.');
    return null;
  }
}
