import { ProductChanged } from '@shop/contracts';
import { type Bus, onSignal } from '@shop/messaging';
import type { ProductCache } from '../reads/product-cache.ts';

/** Forgets a product that another process has changed; that process has already removed it from Redis. */
export function onProductChanged(bus: Bus, cache: ProductCache): { close(): void } {
  return onSignal(bus, ProductChanged, ({ productId }) => cache.forgetLocal([productId]));
}
