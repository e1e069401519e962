import type { EntityManager } from '@mikro-orm/mysql';
import { isId } from '@shop/kernel';
import { createLoader, type Loader } from '@shop/subgraph-kit';
import { Coupon } from '../domain/coupon.ts';
import { CouponEvent } from '../domain/coupon-event.ts';
import { type CouponPage, loadCouponPages } from './coupon-pages.ts';

/** Each joins what the fields of one request ask for into one statement. */
export interface Loaders {
  couponEvents: Loader<string, CouponEvent>;
  coupons: Loader<string, Coupon>;
  /** Keyed by the JSON of a CouponPageQuery, so that pages of several users are one statement. */
  couponPages: Loader<string, CouponPage>;
}

export function createLoaders(unit: { readonly em: EntityManager }, fork: () => EntityManager): Loaders {
  return {
    // Counts are read anew each time, never from the unit of work: they change under it.
    couponEvents: createLoader(
      (ids) => fork().find(CouponEvent, { id: { $in: ids.filter(isId) } }),
      (event) => event.id,
    ),
    coupons: createLoader(
      (ids) => unit.em.find(Coupon, { id: { $in: ids.filter(isId) } }),
      (coupon) => coupon.id,
    ),
    couponPages: createLoader(
      (keys) => loadCouponPages(unit.em, keys),
      (page) => page.key,
    ),
  };
}
