import type { GatewayMetrics } from '../observability/gateway-metrics.ts';
import { createEventFeed, type EventFeed } from './event-feed.ts';
import type { EventSource, Listener, Listening } from './event-source.ts';

export interface Membership extends Pick<EventFeed, 'since' | 'last'> {
  leave(): void;
}

export interface EventHub {
  /**
   * Joins the one consumer that this process has for the filter, and hears of what concerns the subject. Resolves when
   * no later event can be missed. Throws ServiceUnavailable.
   */
  join(stream: string, topic: { filter: string; subject: string }, listener: Listener): Promise<Membership>;
}

interface OpenFeed {
  feed: EventFeed;
  listening: Promise<Listening>;
}

/**
 * One consumer per declared field and process, however many subscribers it has: NATS stops at about a thousand
 * consumers of a stream. It is closed when its last subscriber leaves, on a quiet stream too.
 */
export function createEventHub(source: EventSource, metrics: GatewayMetrics): EventHub {
  const feeds = new Map<string, OpenFeed>();

  function open(stream: string, filter: string): OpenFeed {
    const feed = createEventFeed();
    const listening = source.listen(stream, filter, async (event) => {
      metrics.events.inc({ stream });
      metrics.eventLag.observe({ stream }, Math.max(0, Date.now() - event.time) / 1_000);
      if (!(await feed.take(event))) metrics.eventsDropped.inc({ stream });
    });
    listening.then(feed.began, () => {});
    return { feed, listening };
  }

  return {
    async join(stream, { filter, subject }, listener) {
      const key = `${stream} ${filter}`;
      const joined = feeds.get(key) ?? open(stream, filter);
      feeds.set(key, joined);
      const { feed, listening } = joined;
      feed.add(subject, listener);

      const leave = () => {
        feed.remove(subject, listener);
        if (!feed.isUnheard() || feeds.get(key) !== joined) return;
        feeds.delete(key);
        listening.then((consumer) => consumer.close()).catch(() => {});
      };
      try {
        await listening;
      } catch (error) {
        leave();
        throw error;
      }
      return { since: feed.since, last: feed.last, leave };
    },
  };
}
