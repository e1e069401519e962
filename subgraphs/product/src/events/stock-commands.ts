import { ConfirmStock, HoldStock, ReleaseStock, RestockProducts } from '@shop/contracts';
import { type CommandHandler, handleCommand } from '@shop/messaging';
import type { Database } from '@shop/subgraph-kit';
import { confirmStock } from '../use-cases/confirm-stock.ts';
import { holdStock } from '../use-cases/hold-stock.ts';
import { releaseStock } from '../use-cases/release-stock.ts';
import { restockProducts } from '../use-cases/restock-products.ts';

/** What the order service asks of the stock. Each command is a unit of work of its own. */
export function stockCommands(database: Database): CommandHandler[] {
  const context = () => ({ em: database.fork() });
  return [
    handleCommand(HoldStock, (order) => holdStock(context(), order)),
    handleCommand(ConfirmStock, async (order) => ({ outcome: await confirmStock(context(), order) })),
    handleCommand(ReleaseStock, async (order) => ({ outcome: await releaseStock(context(), order) })),
    handleCommand(RestockProducts, async (order) => ({ outcome: await restockProducts(context(), order) })),
  ];
}
