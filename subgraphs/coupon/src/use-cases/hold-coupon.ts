import type { EntityManager } from '@mikro-orm/mysql';
import { isId } from '@shop/kernel';
import { transactional } from '@shop/subgraph-kit';
import type { CouponContext } from '../context.ts';
import { Coupon } from '../domain/coupon.ts';
import { type CouponHoldState, isConfirmed } from '../domain/coupon-hold.ts';
import { discountOn } from '../domain/discount.ts';
import { databaseTime } from '../issuing/database-time.ts';

export interface HoldOrder {
  orderId: string;
  userId: string;
  couponId: string;
  /** In minor units. */
  subtotal: number;
  expiresInSeconds: number;
}

type Problem = 'COUPON_NOT_FOUND' | 'COUPON_NOT_USABLE' | 'COUPON_MINIMUM_NOT_MET' | 'RELEASED_BEFORE';

export type CouponHeld =
  | { outcome: 'HELD'; discount: number; currencyCode: 'KRW' }
  | { outcome: 'REFUSED'; problem: Problem };

const held = (discount: number): CouponHeld => ({ outcome: 'HELD', discount, currencyCode: 'KRW' });
const refused = (problem: Problem): CouponHeld => ({ outcome: 'REFUSED', problem });

/** Sets a coupon aside for an order. The row of the hold comes first: it makes a second delivery wait, and then answer alike. */
export function holdCoupon(ctx: Pick<CouponContext, 'em'>, order: HoldOrder): Promise<CouponHeld> {
  if (!isId(order.couponId)) return Promise.resolve(refused('COUPON_NOT_FOUND'));
  return transactional(ctx.em, async (em) => {
    // What it takes off never changes, so it may be read before anything is locked; whether it can be had is decided below.
    const coupon = await em.findOne(Coupon, { id: order.couponId }, { disableIdentityMap: true });
    const discount = coupon === null ? 0 : discountOn(order.subtotal, coupon.discount());
    if (!(await openHold(em, order, discount))) return earlierAnswer(em, order);
    if (await takeCoupon(em, order)) return held(discount);
    await em.execute('DELETE FROM coupon_holds WHERE order_id = ?', [order.orderId]);
    return refused(problemWith(coupon, order, await databaseTime(em)));
  });
}

async function openHold(
  em: EntityManager,
  { orderId, couponId, expiresInSeconds }: HoldOrder,
  discount: number,
): Promise<boolean> {
  const { affectedRows } = await em.execute<{ affectedRows: number }>(
    `INSERT IGNORE INTO coupon_holds (order_id, coupon_id, state, discount, check_at)
     VALUES (?, ?, 'HELD', ?, UTC_TIMESTAMP(3) + INTERVAL ? SECOND)`,
    [orderId, couponId, discount, expiresInSeconds],
    'run',
  );
  return affectedRows > 0;
}

async function takeCoupon(em: EntityManager, { orderId, userId, couponId, subtotal }: HoldOrder): Promise<boolean> {
  const { affectedRows } = await em.execute<{ affectedRows: number }>(
    `UPDATE coupons SET status = 'HELD', order_id = ?
     WHERE id = ? AND user_id = ? AND status = 'ACTIVE' AND expires_at > UTC_TIMESTAMP(3) AND min_purchase_amount <= ?`,
    [orderId, couponId, userId, subtotal],
    'run',
  );
  return affectedRows > 0;
}

async function earlierAnswer(em: EntityManager, { orderId, couponId }: HoldOrder): Promise<CouponHeld> {
  const [hold] = await em.execute<{ coupon_id: string | null; state: CouponHoldState; discount: number }[]>(
    'SELECT coupon_id, state, discount FROM coupon_holds WHERE order_id = ?',
    [orderId],
  );
  if (hold === undefined || hold.state === 'RELEASED') return refused('RELEASED_BEFORE');
  const isSame = hold.coupon_id === couponId && (hold.state === 'HELD' || isConfirmed(hold.state));
  return isSame ? held(Number(hold.discount)) : refused('COUPON_NOT_USABLE');
}

/** Another user's coupon is not there. */
function problemWith(coupon: Coupon | null, { userId, subtotal }: HoldOrder, now: Date): Problem {
  if (coupon === null || coupon.userId !== userId) return 'COUPON_NOT_FOUND';
  if (coupon.status(now) === 'ACTIVE' && coupon.minPurchaseAmount > subtotal) return 'COUPON_MINIMUM_NOT_MET';
  return 'COUPON_NOT_USABLE';
}
