import type { RunFile } from '@shop/local';
import { connectBus } from '@shop/messaging';
import { createLogger } from '@shop/service-kit';

export interface Message {
  subject: string;
  payload: string;
}

// Replies, acknowledgements and JetStream's own conversation.
const ITS_OWN = /^(_INBOX|\$)/;
// An event on its way from its stream to a consumer: it was counted when it was published.
const DELIVERED = /^\$JS\.ACK\./;

/** Hears every command, event and signal between the processes of a shop. */
export interface MessageTap {
  /** What was heard since it was last asked. */
  take(): Message[];
  close(): Promise<void>;
}

export async function tapMessages({ servers: { nats } }: RunFile): Promise<MessageTap> {
  const bus = await connectBus({
    url: `nats://127.0.0.1:${nats.instances[0]?.port}`,
    name: 'bench',
    log: createLogger('bench', { level: 'error' }),
  });
  let heard: Message[] = [];
  bus.connection.subscribe('>', {
    callback: (_error, message) => {
      const { subject, reply = '' } = message;
      if (!ITS_OWN.test(subject) && !DELIVERED.test(reply)) heard.push({ subject, payload: message.string() });
    },
  });
  await bus.connection.flush();
  return {
    take() {
      const taken = heard;
      heard = [];
      return taken;
    },
    close: () => bus.close(),
  };
}
