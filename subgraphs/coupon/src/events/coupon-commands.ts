import { ConfirmCoupon, HoldCoupon, ReleaseCoupon, RestoreCoupon } from '@shop/contracts';
import { type CommandHandler, handleCommand } from '@shop/messaging';
import type { Database } from '@shop/subgraph-kit';
import { confirmCoupon } from '../use-cases/confirm-coupon.ts';
import { holdCoupon } from '../use-cases/hold-coupon.ts';
import { releaseCoupon } from '../use-cases/release-coupon.ts';
import { restoreCoupon } from '../use-cases/restore-coupon.ts';

/** What the order service asks of coupons. Each command is a unit of work of its own. */
export function couponCommands(database: Database): CommandHandler[] {
  const context = () => ({ em: database.fork() });
  return [
    handleCommand(HoldCoupon, (order) => holdCoupon(context(), order)),
    handleCommand(ConfirmCoupon, async (order) => ({ outcome: await confirmCoupon(context(), order) })),
    handleCommand(ReleaseCoupon, async (order) => ({ outcome: await releaseCoupon(context(), order) })),
    handleCommand(RestoreCoupon, async (order) => ({ outcome: await restoreCoupon(context(), order) })),
  ];
}
