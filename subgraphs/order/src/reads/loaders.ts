import type { EntityManager } from '@mikro-orm/mysql';
import { createLoader, type Loader, type ReadReplica } from '@shop/subgraph-kit';
import type { Order } from '../domain/order.ts';
import type { Payment } from '../domain/payment.ts';
import { loadOrderPages, type OrdersPage, type PageOfUser } from './order-pages.ts';
import { type LinesOfOrder, loadLines, loadOrders, loadPayments } from './stored-orders.ts';

/** Each joins what the fields of one request ask for into one statement. */
export interface Loaders {
  orders: Loader<string, Order>;
  lines: Loader<string, LinesOfOrder>;
  payments: Loader<string, Payment>;
  history: OrderHistory;
}

/** Pages of orders and what belongs to the orders on them, all from one place: a replica, where there is one to ask. */
export interface OrderHistory {
  pages: Loader<PageOfUser, OrdersPage>;
  lines: Loader<string, LinesOfOrder>;
  payments: Loader<string, Payment>;
}

export function createLoaders(unit: { readonly em: EntityManager }, readReplica: ReadReplica): Loaders {
  return {
    orders: createLoader(
      (ids) => loadOrders(unit.em, ids),
      ({ id }) => id,
    ),
    ...detailLoaders((query) => query(unit.em)),
    history: {
      pages: createLoader(
        (keys) => readReplica((from) => loadOrderPages(from, keys)),
        ({ key }) => key,
      ),
      ...detailLoaders(readReplica),
    },
  };
}

function detailLoaders(read: ReadReplica): Pick<Loaders, 'lines' | 'payments'> {
  return {
    lines: createLoader(
      (ids) => read((from) => loadLines(from, ids)),
      ({ orderId }) => orderId,
    ),
    payments: createLoader(
      (ids) => read((from) => loadPayments(from, ids)),
      ({ orderId }) => orderId,
    ),
  };
}
