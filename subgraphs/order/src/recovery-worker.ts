import type { Logger } from '@shop/service-kit';
import type { SagaContext } from './context.ts';
import { recoverOrders } from './use-cases/recover-orders.ts';

export interface RecoveryOptions {
  contextOf: () => SagaContext;
  everyMs: number;
  log: Logger;
}

/** Looks for abandoned orders at start and then again and again; an outage of the database is outlived. */
export function startRecovery({ contextOf, everyMs, log }: RecoveryOptions): { close(): Promise<void> } {
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let failing = false;
  let round = work();

  async function work(): Promise<void> {
    try {
      while (!closed && (await recoverOrders(contextOf)));
      failing = false;
    } catch (error) {
      if (!failing) log.warn({ err: error }, 'Orders cannot be recovered.');
      failing = true;
    }
    if (!closed) timer = setTimeout(() => (round = work()), everyMs);
  }

  return {
    async close() {
      closed = true;
      clearTimeout(timer);
      await round;
    },
  };
}
