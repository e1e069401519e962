import { CouponRestocked, CouponSoldOut } from '@shop/contracts';
import { type Bus, startBroadcast } from '@shop/messaging';
import type { Issuer } from '../issuing/issuer.ts';

/** Every process answers SOLD_OUT by itself as soon as one has sold the last coupon, and stops when there are more. */
export function onSellOut(bus: Bus, issuer: Issuer): { close(): Promise<void> } {
  return startBroadcast({
    bus,
    events: [CouponSoldOut, CouponRestocked],
    handle: ({ type, data }) =>
      type === CouponSoldOut.type ? issuer.soldOut(data.eventId) : issuer.restocked(data.eventId),
  });
}
