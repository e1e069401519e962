import { Refusal } from '@shop/kernel';
import type { CouponEventStatus } from './window.ts';

export type IssueCouponErrorCode =
  | 'COUPON_EVENT_NOT_FOUND'
  | 'NOT_STARTED'
  | 'ENDED'
  | 'SOLD_OUT'
  | 'PER_USER_LIMIT_REACHED';

const MESSAGES: Record<IssueCouponErrorCode, string> = {
  COUPON_EVENT_NOT_FOUND: 'There is no such coupon event.',
  NOT_STARTED: 'The coupon event has not started yet.',
  ENDED: 'The coupon event has ended.',
  SOLD_OUT: 'All coupons of this event are gone.',
  PER_USER_LIMIT_REACHED: 'You already have as many coupons of this event as one user may have.',
};

/** Why a coupon is not issued, as the client shows it. */
export class NotIssued extends Refusal<IssueCouponErrorCode> {
  constructor(code: IssueCouponErrorCode) {
    super({ code, message: MESSAGES[code], path: ['input', 'couponEventId'] });
  }
}

/** Null for an event that is open; undefined stands for an event that is not there. */
export function refusalFor(status: CouponEventStatus | undefined): NotIssued | null {
  if (status === undefined) return new NotIssued('COUPON_EVENT_NOT_FOUND');
  if (status === 'SCHEDULED') return new NotIssued('NOT_STARTED');
  return status === 'ENDED' ? new NotIssued('ENDED') : null;
}
