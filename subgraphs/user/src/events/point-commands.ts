import { ConfirmPoints, HoldPoints, RefundPoints, ReleasePoints } from '@shop/contracts';
import { type CommandHandler, handleCommand } from '@shop/messaging';
import type { Database } from '@shop/subgraph-kit';
import { confirmPoints } from '../use-cases/confirm-points.ts';
import { holdPoints } from '../use-cases/hold-points.ts';
import { refundPoints } from '../use-cases/refund-points.ts';
import { releasePoints } from '../use-cases/release-points.ts';

/** What the order service asks of points. Each command is a unit of work of its own. */
export function pointCommands(database: Database): CommandHandler[] {
  const context = () => ({ em: database.fork() });
  return [
    handleCommand(HoldPoints, (order) => holdPoints(context(), order)),
    handleCommand(ConfirmPoints, async (order) => ({ outcome: await confirmPoints(context(), order) })),
    handleCommand(ReleasePoints, async (order) => ({ outcome: await releasePoints(context(), order) })),
    handleCommand(RefundPoints, async (order) => ({ refunded: await refundPoints(context(), order) })),
  ];
}
