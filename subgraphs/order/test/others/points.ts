import { ConfirmPoints, HoldPoints, RefundPoints, ReleasePoints } from '@shop/contracts';
import { handleCommand } from '@shop/messaging';
import type { z } from 'zod';
import { OrderBook } from './order-book.ts';

export interface Account {
  id: string;
  balance: number;
  held: number;
}

/** The user service as the order service meets it. */
export function createPoints() {
  const accounts = new Map<string, Account>();
  const book = new OrderBook<{ account: Account; amount: number }>({
    hold({ account, amount }) {
      account.held += amount;
    },
    confirm({ account, amount }) {
      account.held -= amount;
      account.balance -= amount;
    },
    release({ account, amount }) {
      account.held -= amount;
    },
    undo({ account, amount }) {
      account.balance += amount;
    },
  });

  async function hold({
    orderId,
    userId,
    amount,
  }: z.output<typeof HoldPoints.request>): Promise<z.input<typeof HoldPoints.reply>> {
    if (book.isReleased(orderId)) return { outcome: 'REFUSED', problem: 'RELEASED_BEFORE', missing: 0 };
    const account = accounts.get(userId) ?? { id: userId, balance: 0, held: 0 };
    const missing = book.has(orderId) ? 0 : amount - (account.balance - account.held);
    if (missing > 0) return { outcome: 'REFUSED', problem: 'INSUFFICIENT_POINTS', missing };
    book.hold(orderId, { account, amount });
    return { outcome: 'HELD', balance: account.balance - account.held };
  }

  return {
    handlers: [
      handleCommand(HoldPoints, hold),
      handleCommand(ConfirmPoints, async ({ orderId }) => ({ outcome: book.confirm(orderId) })),
      handleCommand(ReleasePoints, async ({ orderId }) => ({ outcome: book.release(orderId) })),
      handleCommand(RefundPoints, async ({ orderId }) => ({ refunded: book.undo(orderId)?.amount ?? 0 })),
    ],
    anAccount(userId: string, balance: number): Account {
      const account = { id: userId, balance, held: 0 };
      accounts.set(userId, account);
      return account;
    },
  };
}
