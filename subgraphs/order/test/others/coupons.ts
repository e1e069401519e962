import { ConfirmCoupon, HoldCoupon, ReleaseCoupon, RestoreCoupon } from '@shop/contracts';
import { newId } from '@shop/kernel';
import { handleCommand } from '@shop/messaging';
import type { z } from 'zod';
import { OrderBook } from './order-book.ts';

export interface TestCoupon {
  id: string;
  userId: string;
  discount: number;
  minimum: number;
  state: 'ACTIVE' | 'HELD' | 'USED';
}

/** The coupon service as the order service meets it. */
export function createCoupons() {
  const coupons = new Map<string, TestCoupon>();
  const become = (state: TestCoupon['state']) => (coupon: TestCoupon) => {
    coupon.state = state;
  };
  const book = new OrderBook<TestCoupon>({
    hold: become('HELD'),
    confirm: become('USED'),
    release: become('ACTIVE'),
    undo: become('ACTIVE'),
  });

  async function hold(request: z.output<typeof HoldCoupon.request>): Promise<z.input<typeof HoldCoupon.reply>> {
    const { orderId, userId, couponId, subtotal } = request;
    if (book.isReleased(orderId)) return { outcome: 'REFUSED', problem: 'RELEASED_BEFORE' };
    const coupon = coupons.get(couponId);
    if (coupon?.userId !== userId) return { outcome: 'REFUSED', problem: 'COUPON_NOT_FOUND' };
    if (!book.has(orderId) && coupon.state !== 'ACTIVE') return { outcome: 'REFUSED', problem: 'COUPON_NOT_USABLE' };
    if (subtotal < coupon.minimum) return { outcome: 'REFUSED', problem: 'COUPON_MINIMUM_NOT_MET' };
    book.hold(orderId, coupon);
    return { outcome: 'HELD', discount: coupon.discount, currencyCode: 'KRW' };
  }

  return {
    handlers: [
      handleCommand(HoldCoupon, hold),
      handleCommand(ConfirmCoupon, async ({ orderId }) => ({ outcome: book.confirm(orderId) })),
      handleCommand(ReleaseCoupon, async ({ orderId }) => ({ outcome: book.release(orderId) })),
      handleCommand(RestoreCoupon, async ({ orderId }) => ({
        outcome: book.undo(orderId) === null ? ('NOT_CONFIRMED' as const) : ('RESTORED' as const),
      })),
    ],
    aCoupon(of: Partial<TestCoupon> & { userId: string }): TestCoupon {
      const coupon: TestCoupon = { id: newId(), discount: 1_000, minimum: 0, state: 'ACTIVE', ...of };
      coupons.set(coupon.id, coupon);
      return coupon;
    },
  };
}
