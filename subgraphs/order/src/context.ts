import type { EntityManager } from '@mikro-orm/mysql';
import type { Clock, Viewer } from '@shop/kernel';
import type { Logger } from '@shop/service-kit';
import { createLoader, type Loader, type ReadReplica, type SubgraphRequest } from '@shop/subgraph-kit';
import type { Order } from './domain/order.ts';
import type { Payment } from './domain/payment.ts';
import type { Participants } from './participants.ts';
import type { PaymentProvider } from './payment-provider.ts';
import type { SagaTiming } from './saga-timing.ts';
import { loadPages, type OrdersPage, type PageOfUser } from './use-cases/list-orders.ts';
import { type LinesOfOrder, loadLines, loadOrders, loadPayments } from './use-cases/load-orders.ts';

/** What driving an order takes, whoever asked for it. */
export interface SagaContext {
  /** A unit of work of its own. */
  em: EntityManager;
  clock: Clock;
  log: Logger;
  participants: Participants;
  /** Null where card payments are switched off. */
  provider: PaymentProvider | null;
  timing: SagaTiming;
  /** This process, as leases name it. */
  instanceId: string;
}

/** What a use case gets for one request. */
export interface OrderContext extends SagaContext {
  viewer: Viewer;
  idempotencyKey: string | undefined;
  noteReplay(): void;
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

export function createOrderContext(
  saga: SagaContext,
  request: SubgraphRequest,
  readReplica: ReadReplica,
): OrderContext {
  const { em } = saga;
  return {
    ...saga,
    ...request,
    orders: createLoader(
      (ids) => loadOrders(em, ids),
      ({ id }) => id,
    ),
    ...detailLoaders((query) => query(em)),
    history: {
      pages: createLoader(
        (keys) => readReplica((from) => loadPages(from, keys)),
        ({ key }) => key,
      ),
      ...detailLoaders(readReplica),
    },
  };
}

function detailLoaders(read: ReadReplica): Pick<OrderContext, 'lines' | 'payments'> {
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
