import type { EntityManager } from '@mikro-orm/mysql';
import type { Clock, Viewer } from '@shop/kernel';
import type { Database, SubgraphRequest } from '@shop/subgraph-kit';
import type { Issuer } from './issuing/issuer.ts';
import { createLoaders, type Loaders } from './reads/loaders.ts';

/** What a use case of this subgraph gets. */
export interface CouponContext {
  em: EntityManager;
  viewer: Viewer;
  /** The database's time: it decides windows and expiry. */
  clock: Clock;
  idempotencyKey: string | undefined;
  clientAddress: string;
  noteReplay(): void;
  issuer: Issuer;
  loaders: Loaders;
}

/** What lives as long as the process. */
export interface CouponServices {
  database: Database;
  clock: Clock;
  issuer: Issuer;
}

export function createContext({ database, clock, issuer }: CouponServices, request: SubgraphRequest): CouponContext {
  const em = database.fork();
  return { ...request, em, clock, issuer, loaders: createLoaders({ em, fork: database.fork }) };
}
