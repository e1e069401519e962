import type { JetStreamClient } from '@nats-io/jetstream';
import type { Logger } from '@shop/service-kit';
import type { Page, StreamEvent } from './event-source.ts';
import { eventOf, type StreamName } from './stream-message.ts';

const PAGE = 500;
const HEARTBEAT_MS = 1_000;
const EXPIRES_MS = 5_000;
/** A broker that says nothing for so long has gone; whoever waits comes back with the same cursor. */
const PATIENCE_MS = 10_000;

interface ReadOptions extends StreamName {
  client: JetStreamClient;
  filter: string;
  after: number;
  log: Logger;
}

/** Some messages of a stream, from the one after a sequence on. */
export async function readPage({ client, filter, after, log, ...name }: ReadOptions): Promise<Page> {
  const consumer = await client.consumers.get(name.stream, { filter_subjects: filter, opt_start_seq: after + 1 });
  try {
    const { num_pending: waiting } = await consumer.info(true);
    if (waiting === 0) return { created: name.created, events: [], last: after, isEnd: true };
    const messages = await consumer.consume({ max_messages: PAGE, expires: EXPIRES_MS, idle_heartbeat: HEARTBEAT_MS });
    let isLate = false;
    const impatience = setTimeout(() => {
      isLate = true;
      messages.stop();
    }, PATIENCE_MS);
    const events: StreamEvent[] = [];
    let last = after;
    let isEnd = false;
    let read = 0;
    try {
      for await (const message of messages) {
        last = message.seq;
        const event = eventOf(message, name, log);
        if (event) events.push(event);
        read += 1;
        isEnd = message.info.pending === 0;
        if (isEnd || read === PAGE) break;
      }
    } finally {
      clearTimeout(impatience);
      messages.stop();
    }
    if (isLate) throw new Error(`${name.stream} could not be read.`);
    return { created: name.created, events, last, isEnd };
  } finally {
    // Others may read once this one is gone: so many at once is what the broker sees too.
    await consumer.delete().catch(() => {});
  }
}
