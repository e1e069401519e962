export type CouponEventStatus = 'SCHEDULED' | 'ACTIVE' | 'ENDED';

/** When coupons can be had: from `startsAt` on, until before `endsAt`, unless an ADMIN ended it earlier. */
export interface Window {
  startsAt: Date;
  endsAt: Date;
  endedAt: Date | null;
}

/** The status is never stored, so it cannot drift from the times. */
export function statusOf({ startsAt, endsAt, endedAt }: Window, now: Date): CouponEventStatus {
  if (endedAt !== null || now >= endsAt) return 'ENDED';
  return now < startsAt ? 'SCHEDULED' : 'ACTIVE';
}
