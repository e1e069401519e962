import type { GatewayMetrics } from '../observability/gateway-metrics.ts';
import type { EventSource, StreamEvent } from './event-source.ts';

type Listener = (event: StreamEvent) => void;

export interface EventHub {
  /** Joins the one consumer that this process has for the filter. Resolves when no later event can be missed. */
  join(stream: string, filter: string, listener: Listener): Promise<{ leave(): void }>;
}

interface Feed {
  listeners: Set<Listener>;
  consumer: Promise<{ close(): void }>;
}

/**
 * One consumer per declared field and process, however many subscribers it has: NATS stops at about a thousand
 * consumers of a stream. It is closed when its last subscriber leaves, on a quiet stream too.
 * Issue 6 puts here the ring of recent events that a returning client is served from.
 */
export function createEventHub(source: EventSource, metrics: GatewayMetrics): EventHub {
  const feeds = new Map<string, Feed>();

  function open(stream: string, filter: string): Feed {
    const listeners = new Set<Listener>();
    const deal: Listener = (event) => {
      metrics.events.inc({ stream });
      for (const listener of listeners) listener(event);
    };
    return { listeners, consumer: source.listen(stream, filter, deal) };
  }

  return {
    async join(stream, filter, listener) {
      const key = `${stream} ${filter}`;
      const feed = feeds.get(key) ?? open(stream, filter);
      feeds.set(key, feed);
      feed.listeners.add(listener);

      const leave = () => {
        feed.listeners.delete(listener);
        if (feed.listeners.size > 0 || feeds.get(key) !== feed) return;
        feeds.delete(key);
        feed.consumer.then((consumer) => consumer.close()).catch(() => {});
      };
      try {
        await feed.consumer;
      } catch (error) {
        leave();
        throw error;
      }
      return { leave };
    },
  };
}
