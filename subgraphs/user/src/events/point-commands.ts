import type { EntityManager } from '@mikro-orm/mysql';
import { ConfirmPoints, HoldPoints, RefundPoints, ReleasePoints } from '@shop/contracts';
import { type CommandHandler, handleCommand } from '@shop/messaging';
import { confirmPoints } from '../use-cases/confirm-points.ts';
import { holdPoints } from '../use-cases/hold-points.ts';
import { refundPoints } from '../use-cases/refund-points.ts';
import { releasePoints } from '../use-cases/release-points.ts';

/** What the order service asks of points; every command may come twice, late, or in the wrong order. */
export function pointCommands(fork: () => EntityManager): CommandHandler[] {
  return [
    handleCommand(HoldPoints, (request) => holdPoints(fork(), request)),
    handleCommand(ConfirmPoints, async ({ orderId }) => ({ outcome: await confirmPoints(fork(), orderId) })),
    handleCommand(ReleasePoints, async ({ orderId }) => ({ outcome: await releasePoints(fork(), orderId) })),
    handleCommand(RefundPoints, async ({ orderId }) => ({ refunded: await refundPoints(fork(), orderId) })),
  ];
}
