import type { Discount, DiscountType } from './discount.ts';

export type CouponStatus = 'ACTIVE' | 'HELD' | 'USED' | 'EXPIRED';

const DAY_MS = 86_400_000;

/** One coupon of one user. What it takes off is frozen when it is issued: a later edit of its event changes nothing. */
export class Coupon {
  id!: string;
  eventId!: string;
  userId!: string;
  /** 1 to the event's maximum per user; unique per event and user, which is what holds that maximum. */
  slot!: number;
  code!: string;
  requestId!: string;
  /** Place in the order of service; null where it was issued while Redis was away. */
  sequence!: number | null;
  /** As stored: that it has expired is written down some time later, see `status`. */
  state!: CouponStatus;
  orderId!: string | null;
  discountType!: DiscountType;
  discountValue!: number;
  minPurchaseAmount!: number;
  issuedAt!: Date;
  expiresAt!: Date;
  usedAt!: Date | null;

  static issued(
    facts: Omit<Coupon, 'state' | 'orderId' | 'expiresAt' | 'usedAt' | 'status' | 'discount'> & { validDays: number },
  ): Coupon {
    const { validDays, ...rest } = facts;
    return Object.assign(new Coupon(), rest, {
      state: 'ACTIVE' as const,
      orderId: null,
      usedAt: null,
      expiresAt: new Date(facts.issuedAt.getTime() + validDays * DAY_MS),
    });
  }

  discount(): Discount {
    return { type: this.discountType, value: this.discountValue };
  }

  status(now: Date): CouponStatus {
    return this.state === 'ACTIVE' && now >= this.expiresAt ? 'EXPIRED' : this.state;
  }
}
