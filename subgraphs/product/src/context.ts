import type { EntityManager } from '@mikro-orm/mysql';
import { ProductChanged } from '@shop/contracts';
import type { Clock, Viewer } from '@shop/kernel';
import { type LateBus, sendSignal } from '@shop/messaging';
import type { ReplayCache } from '@shop/redis';
import type { Database, ReadReplica, ReplicaReads, SubgraphRequest } from '@shop/subgraph-kit';
import { createLoaders, type Loaders } from './reads/loaders.ts';
import type { ProductCache } from './reads/product-cache.ts';

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
  loaders: Loaders;
  /** To be called after the commit of an edit: every process forgets what it knew of the product. */
  productChanged(productId: string): Promise<void>;
}

/** What lives as long as the process. */
export interface ProductServices {
  database: Database;
  replicaReads: ReplicaReads;
  cache: ProductCache;
  bus: LateBus;
  replays: ReplayCache;
  clock: Clock;
}

/** The context of one request; its unit of work is made when it is asked for. */
export function createContext(
  { database, replicaReads, cache, bus, replays, clock }: ProductServices,
  request: SubgraphRequest,
): ProductContext {
  let em: EntityManager | undefined;
  let readReplica: ReadReplica | undefined;
  let loaders: Loaders | undefined;
  return {
    ...request,
    clock,
    replays,
    get em() {
      em ??= database.fork();
      return em;
    },
    get readReplica() {
      readReplica ??= replicaReads.readerFor(request.viewer, this);
      return readReplica;
    },
    get loaders() {
      loaders ??= createLoaders(this, cache);
      return loaders;
    },
    async productChanged(productId) {
      this.loaders.products.clear(productId);
      // Redis first: a process that hears the signal must not find the old value there.
      await cache.invalidate([productId]);
      const there = bus.current();
      if (there !== null) sendSignal(there, ProductChanged, productId, { productId });
    },
  };
}
