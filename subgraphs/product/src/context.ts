import type { EntityManager } from '@mikro-orm/mysql';
import { ProductChanged } from '@shop/contracts';
import { type Clock, systemClock, type Viewer } from '@shop/kernel';
import { type Bus, sendSignal } from '@shop/messaging';
import type { ReplayCache } from '@shop/redis';
import type { Database, ReadReplica, ReplicaReads, SubgraphRequest } from '@shop/subgraph-kit';
import { type CatalogueLoaders, createLoaders } from './catalogue/loaders.ts';
import type { ProductCache } from './catalogue/product-cache.ts';

/** What a use case of the catalogue gets; commands about stock need the `em` alone. */
export interface ProductContext {
  em: EntityManager;
  readReplica: ReadReplica;
  viewer: Viewer;
  clock: Clock;
  /** The `Idempotency-Key` header. */
  idempotencyKey: string | undefined;
  replays: ReplayCache;
  noteReplay(): void;
  loaders: CatalogueLoaders;
  /** To be called after the commit of an edit: every process forgets what it knew of the product. */
  productChanged(productId: string): Promise<void>;
}

export interface ProductContextParts {
  database: Database;
  replicaReads: ReplicaReads;
  cache: ProductCache;
  bus: Bus;
  replays: ReplayCache;
  clock?: Clock;
}

/** Makes the context of one request: a unit of work of its own. */
export function createContextFactory({
  database,
  replicaReads,
  cache,
  bus,
  replays,
  clock = systemClock,
}: ProductContextParts) {
  return ({ viewer, idempotencyKey, noteReplay }: SubgraphRequest): ProductContext => {
    const em = database.fork();
    const readReplica = replicaReads.readerFor(viewer, em);
    const loaders = createLoaders({ em, readReplica, cache });
    return {
      em,
      readReplica,
      viewer,
      clock,
      idempotencyKey,
      replays,
      noteReplay,
      loaders,
      async productChanged(productId) {
        loaders.products.clear(productId);
        // Redis first: a process that hears the signal must not find the old value there.
        await cache.invalidate([productId]);
        sendSignal(bus, ProductChanged, productId, { productId });
      },
    };
  };
}
