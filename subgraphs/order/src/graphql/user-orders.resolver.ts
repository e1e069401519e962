import { type Connection, connectionType } from '@shop/subgraph-kit';
import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import type { OrderContext } from '../context.ts';
import { listOrders } from '../use-cases/list-orders.ts';
import { OrderType } from './order.type.ts';
import { UserType } from './references.type.ts';

const OrderConnectionType = connectionType('Order', () => OrderType);

@Resolver(() => UserType)
export class UserOrdersResolver {
  @FieldResolver(() => OrderConnectionType, { description: 'The orders of the viewer, newest first.' })
  async orders(
    @Root() { id }: UserType,
    @Arg('first', () => Int, { nullable: true, defaultValue: 20, description: '1 to 100.' }) first: number | null,
    @Arg('after', () => String, { nullable: true, description: 'A cursor.' }) after: string | null,
    @Ctx() ctx: OrderContext,
  ): Promise<Connection<OrderType>> {
    const { edges, pageInfo } = await listOrders(ctx, id, { first, after });
    const typed = edges.map(({ cursor, node }) => ({ cursor, node: OrderType.from(node, { isListed: true }) }));
    return { edges: typed, nodes: typed.map(({ node }) => node), pageInfo };
  }
}
