import { errors, headers, type MsgHdrs, nuid, RequestError } from '@nats-io/transport-node';
import { z } from 'zod';
import type { Bus } from './bus.ts';

/** An event on its way: where to, what, and by which id a repetition is recognised. */
export interface Message {
  subject: string;
  body: string;
  messageId: string;
}

/** A header that goes along with every message of a batch. */
export interface Mark {
  name: string;
  value: string;
}

/** A stream did not take a batch, because of one message in it or because it takes none: to be published one by one. */
export class BatchRefused extends Error {
  override readonly name = 'BatchRefused';

  constructor(reason: string, options?: ErrorOptions) {
    super(`A stream did not take a batch of events: ${reason}`, options);
  }
}

const ackSchema = z.object({
  error: z.object({ description: z.string() }).optional(),
  seq: z.int().optional(),
  count: z.int().optional(),
});

/**
 * Publishes messages to one stream with one acknowledgement and one write to the disk: it stores all of them, one right
 * after the other, or none. Returns the place of the first. Throws BatchRefused (one is known already, cannot be taken, or
 * is another stream's), and what kept the server from answering: then nobody knows whether it has them.
 * See https://github.com/nats-io/nats-architecture-and-design/blob/main/adr/ADR-50.md; a stream takes 1,000 at most.
 */
export async function publishBatch(
  bus: Bus,
  stream: string,
  messages: readonly Message[],
  { timeoutMs, mark }: { timeoutMs: number; mark?: Mark | undefined },
): Promise<number> {
  // The client writes headers down at once, so one set of them serves the whole batch.
  const all = headers();
  all.set('Nats-Expected-Stream', stream);
  all.set('Nats-Batch-Id', nuid.next());
  if (mark !== undefined) all.set(mark.name, mark.value);
  const headersOf = ({ messageId }: Message, at: number): MsgHdrs => {
    all.set('Nats-Msg-Id', messageId);
    all.set('Nats-Batch-Sequence', String(at + 1));
    if (at === messages.length - 1) all.set('Nats-Batch-Commit', '1');
    return all;
  };

  let ack: z.output<typeof ackSchema> = {};
  try {
    for (const [at, message] of messages.entries()) {
      const { subject, body } = message;
      const sending = { headers: headersOf(message, at) };
      if (at < messages.length - 1) bus.connection.publish(subject, body, sending);
      else
        ack = ackSchema.parse((await bus.connection.request(subject, body, { ...sending, timeout: timeoutMs })).json());
    }
  } catch (cause) {
    const isRefusal = cause instanceof RequestError && cause.isNoResponders();
    // Too large for the server: the client does not even send it.
    if (isRefusal || cause instanceof errors.InvalidArgumentError) throw new BatchRefused('not taken', { cause });
    throw cause;
  }
  // A server that knows no batches stores the messages as they come, and counts nothing.
  if (ack.error !== undefined || ack.seq === undefined || ack.count !== messages.length)
    throw new BatchRefused(ack.error?.description ?? 'it knows none');
  return ack.seq - messages.length + 1;
}
