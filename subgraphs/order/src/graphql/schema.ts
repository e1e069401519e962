import { buildSubgraph, eventStreamDirective, eventStreamLink, type Subgraph } from '@shop/subgraph-kit';
import type { OrderContext } from '../context.ts';
import { readOrder } from '../use-cases/read-order.ts';
import { OrderResolver } from './order.resolver.ts';
import { OrderType } from './order.type.ts';
import { OrderStatusChangedResolver } from './order-status-changed.resolver.ts';
import { UserResolver } from './user.resolver.ts';
import { UserType } from './user.type.ts';

export function orderSchema(): Promise<Subgraph> {
  return buildSubgraph<OrderContext>({
    resolvers: [OrderResolver, UserResolver, OrderStatusChangedResolver],
    references: {
      Order: async ({ id }, ctx) => {
        const order = await readOrder(ctx, id);
        return order && OrderType.from(order);
      },
      User: async ({ id }) => UserType.of(id),
    },
    directives: [eventStreamDirective],
    sdl: eventStreamLink,
  });
}
