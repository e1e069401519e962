import type { EntityManager } from '@mikro-orm/mysql';
import { type Clock, isId, type Viewer } from '@shop/kernel';
import { createLoader, type Database, type Loader, type SubgraphRequest } from '@shop/subgraph-kit';
import { type CouponPage, loadCouponPages } from './db/coupon-pages.ts';
import { Coupon } from './domain/coupon.ts';
import { CouponEvent } from './domain/coupon-event.ts';
import type { Issuer } from './issuing/issuer.ts';

/** What a use case of this subgraph gets. */
export interface CouponContext {
  em: EntityManager;
  viewer: Viewer;
  /** The database's time: it decides windows and expiry. */
  clock: Clock;
  idempotencyKey: string | undefined;
  noteReplay(): void;
  issuer: Issuer;
  couponEvents: Loader<string, CouponEvent>;
  coupons: Loader<string, Coupon>;
  /** Keyed by the JSON of a CouponPageQuery, so that pages of several users are one statement. */
  couponPages: Loader<string, CouponPage>;
}

export interface ContextParts {
  database: Database;
  clock: Clock;
  issuer: Issuer;
}

export function createContext(
  { database, clock, issuer }: ContextParts,
  { viewer, idempotencyKey, noteReplay }: SubgraphRequest,
): CouponContext {
  const em = database.fork();
  return {
    em,
    viewer,
    clock,
    idempotencyKey,
    noteReplay,
    issuer,
    // Counts are read anew each time, never from the unit of work: they change under it.
    couponEvents: createLoader(
      (ids) => database.fork().find(CouponEvent, { id: { $in: ids.filter(isId) } }),
      (event) => event.id,
    ),
    coupons: createLoader(
      (ids) => em.find(Coupon, { id: { $in: ids.filter(isId) } }),
      (coupon) => coupon.id,
    ),
    couponPages: createLoader(
      (keys) => loadCouponPages(em, keys),
      (page) => page.key,
    ),
  };
}
