export type DiscountType = 'PERCENTAGE' | 'FIXED';

export interface Discount {
  type: DiscountType;
  /** Percent (1-100), or an amount in minor units. */
  value: number;
}

/** What a coupon takes off a subtotal (minor units): never more than the subtotal, a share rounded down to the shop's favour. */
export function discountOn(subtotal: number, { type, value }: Discount): number {
  if (type === 'FIXED') return Math.min(value, subtotal);
  // A product beyond 2^53 would be rounded before it is divided.
  return Number((BigInt(subtotal) * BigInt(value)) / 100n);
}
