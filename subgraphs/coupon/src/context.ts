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

/** The context of one request; its unit of work is made when it is asked for, which most requests for a coupon never do. */
export function createContext({ database, clock, issuer }: CouponServices, request: SubgraphRequest): CouponContext {
  let em: EntityManager | undefined;
  let loaders: Loaders | undefined;
  return {
    ...request,
    clock,
    issuer,
    get em() {
      em ??= database.fork();
      return em;
    },
    get loaders() {
      loaders ??= createLoaders(this, database.fork);
      return loaders;
    },
  };
}
