import type { GatewayMetrics } from '../observability/gateway-metrics.ts';
import { createEventFeed, type EventFeed, type Hearer } from './event-feed.ts';
import type { EventSource, Listening } from './event-source.ts';

export interface Membership {
  feed: Pick<EventFeed, 'since' | 'last'>;
  leave(): void;
}

export interface EventHub {
  /**
   * Joins the one consumer that this process has for the filter, and hears of what concerns the subject. Resolves when
   * no later event can be missed. Throws ServiceUnavailable.
   */
  join(stream: string, topic: { filter: string; subject: string }, hearer: Hearer): Promise<Membership>;
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

  function leave(key: string, left: OpenFeed): void {
    if (!left.feed.isUnheard() || feeds.get(key) !== left) return;
    feeds.delete(key);
    left.listening.then((consumer) => consumer.close()).catch(() => {});
  }

  return {
    async join(stream, { filter, subject }, hearer) {
      const key = `${stream} ${filter}`;
      const joined = feeds.get(key) ?? open(stream, filter);
      feeds.set(key, joined);
      const { feed, listening } = joined;
      feed.add(subject, hearer);
      const membership: Membership = {
        feed,
        leave() {
          feed.remove(subject, hearer);
          leave(key, joined);
        },
      };
      try {
        await listening;
      } catch (error) {
        membership.leave();
        throw error;
      }
      return membership;
    },
  };
}
