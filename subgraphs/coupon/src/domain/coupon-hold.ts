/**
 * What has become of the coupon set aside for an order. RELEASED is also the tombstone of a release that came before its
 * hold; EXPIRED is a used coupon that was too old to be given back.
 */
export type CouponHoldState = 'HELD' | 'CONFIRMED' | 'RELEASED' | 'RESTORED' | 'EXPIRED';

/** True for a hold whose coupon the order has used, whatever came after. */
export function isConfirmed(state: CouponHoldState | null): boolean {
  return state === 'CONFIRMED' || state === 'RESTORED' || state === 'EXPIRED';
}
