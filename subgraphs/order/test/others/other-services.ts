import { type Bus, type CommandHandler, serveCommands } from '@shop/messaging';
import { createLogger, createMetrics } from '@shop/service-kit';
import { createCoupons } from './coupons.ts';
import { createPoints } from './points.ts';
import { createStock } from './stock.ts';

/** How a command goes wrong: not handled in time, or handled with its answer lost. */
export type Trouble = 'silent' | 'answer-lost';

/** Product, user and coupon as the order service meets them over NATS: they keep real books, in memory. */
export function startOtherServices(bus: Bus) {
  const [stock, points, coupons] = [createStock(), createPoints(), createCoupons()];
  const received: { subject: string; orderId: string; expiresInSeconds?: number }[] = [];
  const troubles = new Map<string, Trouble>();
  const waiting: (() => void)[] = [];

  /** Puts a command's trouble between it and its handler. */
  const withTroubles = (handler: CommandHandler): CommandHandler => ({
    subject: handler.subject,
    async handle(payload) {
      const { orderId, expiresInSeconds } = payload as { orderId: string; expiresInSeconds?: number };
      received.push({ subject: handler.subject, orderId, ...(expiresInSeconds !== undefined && { expiresInSeconds }) });
      const trouble = troubles.get(handler.subject);
      const reply = trouble === 'silent' ? undefined : await handler.handle(payload);
      if (trouble !== undefined) await new Promise<void>((resolve) => waiting.push(resolve));
      return reply ?? handler.handle(payload);
    },
  });

  const service = serveCommands(bus, {
    queue: 'other-services',
    handlers: [...stock.handlers, ...points.handlers, ...coupons.handlers].map(withTroubles),
    log: createLogger('other-services', { level: 'silent' }),
    metrics: createMetrics('other-services'),
    // Those in trouble must not stand in the way of the others.
    concurrency: 10_000,
  });

  function heal(): void {
    troubles.clear();
    for (const resolve of waiting.splice(0)) resolve();
  }

  return {
    received,
    heal,
    aProduct: stock.aProduct,
    anAccount: points.anAccount,
    aCoupon: coupons.aCoupon,
    /** From now on, until healed. */
    trouble(command: { subject: string }, how: Trouble): void {
      troubles.set(command.subject, how);
    },
    async close() {
      heal();
      await service.close();
    },
  };
}
