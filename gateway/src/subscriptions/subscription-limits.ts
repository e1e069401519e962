import { RateLimited, ServiceUnavailable } from '@shop/kernel';
import { setting } from '@shop/service-kit';

/** How much of it one process serves. */
export interface SubscriptionLimits {
  sockets: number;
  operationsPerSocket: number;
  subscriptions: number;
  subscriptionsPerViewer: number;
}

export const subscriptionSettings = {
  SOCKETS_MAX: setting.integer(20_000, { min: 1 }),
  SOCKET_OPERATIONS_MAX: setting.integer(100, { min: 1 }),
  SUBSCRIPTIONS_MAX: setting.integer(50_000, { min: 1 }),
  SUBSCRIPTIONS_PER_VIEWER: setting.integer(200, { min: 1 }),
};

export function subscriptionLimitsOf(env: Record<keyof typeof subscriptionSettings, number>): SubscriptionLimits {
  return {
    sockets: env.SOCKETS_MAX,
    operationsPerSocket: env.SOCKET_OPERATIONS_MAX,
    subscriptions: env.SUBSCRIPTIONS_MAX,
    subscriptionsPerViewer: env.SUBSCRIPTIONS_PER_VIEWER,
  };
}

/** How many subscriptions are open, of all and of each viewer. */
export interface SubscriptionCounter {
  /** Throws RateLimited or ServiceUnavailable where there would be too many. */
  add(viewerId: string | null): void;
  remove(viewerId: string | null): void;
}

const COME_BACK_AFTER_MS = 5_000;

export function createSubscriptionCounter(limits: SubscriptionLimits): SubscriptionCounter {
  const byViewer = new Map<string, number>();
  let all = 0;

  function count(viewerId: string, change: 1 | -1): void {
    const now = (byViewer.get(viewerId) ?? 0) + change;
    if (now > 0) byViewer.set(viewerId, now);
    else byViewer.delete(viewerId);
  }

  return {
    add(viewerId) {
      if (all >= limits.subscriptions) throw new ServiceUnavailable('No more subscriptions are taken here right now.');
      if (viewerId !== null) {
        if ((byViewer.get(viewerId) ?? 0) >= limits.subscriptionsPerViewer) throw new RateLimited(COME_BACK_AFTER_MS);
        count(viewerId, 1);
      }
      all += 1;
    },
    remove(viewerId) {
      all -= 1;
      if (viewerId !== null) count(viewerId, -1);
    },
  };
}
