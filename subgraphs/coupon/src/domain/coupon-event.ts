import type { CouponEventChanges, CouponEventPlan } from './coupon-event-plan.ts';
import type { DiscountType } from './discount.ts';
import { type CouponEventStatus, statusOf } from './window.ts';

/** A limited number of coupons, first come, first served. */
export class CouponEvent {
  id!: string;
  title!: string;
  description!: string | null;
  codePrefix!: string;
  totalCount!: number;
  issuedCount!: number;
  startsAt!: Date;
  endsAt!: Date;
  /** When an ADMIN ended it before its time. */
  endedAt!: Date | null;
  maxPerUser!: number;
  discountType!: DiscountType;
  discountValue!: number;
  minPurchaseAmount!: number;
  validDays!: number;
  /** Counts sell-outs: the running one, or the one to come. */
  epoch!: number;
  /** The last epoch whose sell-out was announced. */
  soldOutEpoch!: number;
  soldOutAt!: Date | null;
  /** Fences what Redis knows about the event: keys of an older generation grant nothing. */
  generation!: number;
  /** Counts edits by an ADMIN; issuing does not touch it. */
  version!: number;
  createdAt!: Date;

  static planned(id: string, plan: CouponEventPlan, now: Date): CouponEvent {
    return Object.assign(new CouponEvent(), plan, {
      id,
      issuedCount: 0,
      endedAt: null,
      epoch: 1,
      soldOutEpoch: 0,
      soldOutAt: null,
      generation: 1,
      version: 1,
      createdAt: now,
    });
  }

  remainingCount(): number {
    return this.totalCount - this.issuedCount;
  }

  isSoldOut(): boolean {
    return this.remainingCount() <= 0;
  }

  status(now: Date): CouponEventStatus {
    return statusOf(this, now);
  }

  /** Applies an edit that `assertChanges` has let pass, and says what it did to a sell-out. */
  edit(changes: CouponEventChanges, now: Date): 'SOLD_OUT' | 'RESTOCKED' | null {
    const wasSoldOut = this.isSoldOut();
    if (changes.title !== undefined) this.title = changes.title;
    if (changes.description !== undefined) this.description = changes.description;
    if (changes.endsAt !== undefined) this.endsAt = changes.endsAt;
    if (changes.totalCount !== undefined) this.totalCount = changes.totalCount;
    if (changes.ended) this.endedAt ??= now;
    this.generation += 1;

    if (wasSoldOut === this.isSoldOut()) return null;
    if (this.isSoldOut()) {
      this.soldOutEpoch = this.epoch;
      this.soldOutAt = now;
      return 'SOLD_OUT';
    }
    // What sells out again is another sell-out.
    this.epoch += 1;
    this.soldOutAt = null;
    return 'RESTOCKED';
  }
}
