import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import type { Crowd } from './crowd.ts';
import { eventOf, STREAM, SUBJECT } from './subscription.ts';

/** Where events come from. */
export interface Events {
  /** One event, and how long it was until the last of a crowd had it, in milliseconds. */
  tell(crowd: Crowd): Promise<number>;
  /** Resolves when everybody is there: some servers do not say that a subscription has begun. */
  tellUntilHeard(crowd: Crowd): Promise<void>;
  close(): Promise<void>;
}

const AGAIN_AFTER_MS = 250;

export async function openEvents(natsUrl: string): Promise<Events> {
  const connection = await connect({ servers: natsUrl });
  const { streams } = await jetstreamManager(connection);
  await streams.add({ name: STREAM, subjects: [SUBJECT] });
  let last = 0;
  let lastQuestion = 0;

  async function tell(crowd: Crowd, number: number): Promise<number> {
    const told = crowd.told((each) => each === number);
    const at = performance.timeOrigin + performance.now();
    connection.publish(SUBJECT, eventOf(number));
    return (await told) - at;
  }

  return {
    tell: (crowd) => tell(crowd, ++last),
    async tellUntilHeard(crowd) {
      const heard = crowd.told((number) => number < 0);
      const ask = () => connection.publish(SUBJECT, eventOf(--lastQuestion));
      ask();
      const asking = setInterval(ask, AGAIN_AFTER_MS);
      await heard.finally(() => clearInterval(asking));
      // What was asked meanwhile is on its way before this one.
      await tell(crowd, --lastQuestion);
    },
    close: () => connection.close(),
  };
}
