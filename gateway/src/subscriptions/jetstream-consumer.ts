import { setTimeout as pause } from 'node:timers/promises';
import type { ConsumerMessages, JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import { type Logger, reasonOf } from '@shop/service-kit';
import type { Listener, Listening } from './event-source.ts';
import { eventOf } from './stream-message.ts';

/** A consumer that hears nothing for two of these takes its server for gone, and is made anew where it stopped. */
const HEARTBEAT_MS = 5_000;
const EXPIRES_MS = 30_000;
const REOPEN_AFTER_MS = 1_000;
/** A consumer of a stream that was made anew would wait for a sequence that is years away, without a word. */
const LOOK_FOR_NEW_STREAM_MS = 5_000;

export interface ConsumerOptions {
  client: JetStreamClient;
  manager: JetStreamManager;
  stream: string;
  filter: string;
  listener: Listener;
  log: Logger;
}

/**
 * Reads a stream with an ordered consumer, which the library makes anew after an outage; where it gives up (a stream
 * deleted for long), this starts another. Nothing is acknowledged: each process reads for itself.
 */
export async function openJetStreamConsumer(options: ConsumerOptions): Promise<Listening> {
  const { manager, stream, listener, log } = options;
  const closing = new AbortController();
  const begin = await manager.streams.info(stream);
  let created = begin.created;
  let last = begin.state.last_seq;
  let messages = await messagesAfter(options, last);

  async function readOn(): Promise<void> {
    while (!closing.signal.aborted) {
      try {
        for await (const message of messages) {
          // A consumer made anew may begin with messages that were dealt out already.
          if (message.seq <= last) continue;
          last = message.seq;
          const event = eventOf(message, { stream, created }, log);
          if (event) await listener(event);
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
        const now = await newStream();
        if (now !== null) {
          log.warn({ stream, before: created, now }, 'A stream was made anew; it is read from its beginning.');
          created = now;
          last = 0;
        }
        messages = await messagesAfter(options, last);
        // It was closed while this one was being made.
        if (closing.signal.aborted) messages.stop();
        return;
      } catch (error) {
        log.warn({ stream, reason: reasonOf(error) }, 'Waiting to read a stream again.');
      }
    }
  }

  /** When the stream was made that is there in place of the one that was read; null when it is still the same. */
  async function newStream(): Promise<string | null> {
    const now = await manager.streams.info(stream);
    return now.created === created && now.state.last_seq >= last ? null : now.created;
  }

  const looking = setInterval(() => {
    newStream().then(
      (now) => now !== null && messages.stop(),
      // The broker is away; the next look will tell.
      () => {},
    );
  }, LOOK_FOR_NEW_STREAM_MS).unref();

  void readOn();
  return {
    created,
    after: last,
    close() {
      closing.abort();
      clearInterval(looking);
      messages.stop();
    },
  };
}

/** Stopped, it takes its consumer with it. */
async function messagesAfter(
  { client, stream, filter }: ConsumerOptions,
  after: number,
): Promise<Pick<ConsumerMessages, 'stop' | typeof Symbol.asyncIterator>> {
  // The plural name with one string: an ordered consumer ignores `filter_subject`.
  const consumer = await client.consumers.get(stream, { filter_subjects: filter, opt_start_seq: after + 1 });
  const messages = await consumer.consume({ expires: EXPIRES_MS, idle_heartbeat: HEARTBEAT_MS });
  return {
    [Symbol.asyncIterator]: () => messages[Symbol.asyncIterator](),
    stop() {
      messages.stop();
      // The server forgets an idle consumer by itself after five minutes; this only spares it the wait.
      consumer.delete().catch(() => {});
    },
  };
}
