import {
  ConfirmCoupon,
  ConfirmPoints,
  ConfirmStock,
  HoldCoupon,
  HoldPoints,
  HoldStock,
  RefundPoints,
  ReleaseCoupon,
  ReleasePoints,
  ReleaseStock,
  RestockProducts,
  RestoreCoupon,
} from '@shop/contracts';
import { Conflict } from '@shop/kernel';
import { type Bus, type CommandDefinition, sendCommand } from '@shop/messaging';
import type { z } from 'zod';
import type { Participants } from '../participants.ts';

type SettlingCommand = CommandDefinition<z.ZodObject<{ orderId: z.ZodString }>, z.ZodType<{ outcome: string }>>;

/** The participants of an order, reached by commands over NATS. */
export function commandParticipants(bus: Bus): Participants {
  /** Sends a command that has one good end; any other means that somebody's books are wrong. */
  const settle =
    (command: SettlingCommand, ...good: string[]) =>
    async (orderId: string, timeoutMs: number) => {
      const { outcome } = await sendCommand(bus, command, { orderId }, { timeoutMs });
      if (!good.includes(outcome)) throw new Conflict(`${command.subject} of order ${orderId} says ${outcome}.`);
    };

  return {
    away: () => bus.ready(),
    stock: {
      hold: (request, timeoutMs) => sendCommand(bus, HoldStock, request, { timeoutMs }),
      confirm: settle(ConfirmStock, 'CONFIRMED'),
      release: settle(ReleaseStock, 'RELEASED'),
      undo: settle(RestockProducts, 'RESTOCKED'),
    },
    coupon: {
      hold: (request, timeoutMs) => sendCommand(bus, HoldCoupon, request, { timeoutMs }),
      confirm: settle(ConfirmCoupon, 'CONFIRMED'),
      release: settle(ReleaseCoupon, 'RELEASED'),
      undo: settle(RestoreCoupon, 'RESTORED', 'EXPIRED'),
    },
    points: {
      hold: (request, timeoutMs) => sendCommand(bus, HoldPoints, request, { timeoutMs }),
      confirm: settle(ConfirmPoints, 'CONFIRMED'),
      release: settle(ReleasePoints, 'RELEASED'),
      undo: async (orderId, timeoutMs) => {
        await sendCommand(bus, RefundPoints, { orderId }, { timeoutMs });
      },
    },
  };
}
