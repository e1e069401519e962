import type { EntityManager } from '@mikro-orm/mysql';
import { IdempotencyKeyReused } from '@shop/kernel';
import { Coupon } from '../domain/coupon.ts';
import type { IssueRequest } from './issuer.ts';

/** What makes a request the same one again, whatever it asks for. */
export type RequestIdentity = Pick<IssueRequest, 'userId' | 'requestId'>;

/** One text for it: a key in memory, and the field in Redis. */
export function keyOf({ userId, requestId }: RequestIdentity): string {
  return `${userId}:${requestId}`;
}

/** The coupons that requests have got by now, of whatever event, by their keys. */
export async function earlierCoupons(
  em: EntityManager,
  requests: readonly RequestIdentity[],
): Promise<Map<string, Coupon>> {
  if (requests.length === 0) return new Map();
  const coupons = await em.find(Coupon, { $or: requests.map(({ userId, requestId }) => ({ userId, requestId })) });
  return new Map(coupons.map((coupon) => [keyOf(coupon), coupon]));
}

/** How a request ends that has a coupon already: with it, or refused when it is of another event. */
export function outcomeOf(earlier: Coupon, { eventId }: Pick<IssueRequest, 'eventId'>): Coupon | IdempotencyKeyReused {
  return earlier.eventId === eventId ? earlier : new IdempotencyKeyReused();
}
