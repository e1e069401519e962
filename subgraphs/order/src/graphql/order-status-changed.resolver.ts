import { Arg, Directive, ID, Resolver, Subscription } from 'type-graphql';
import { OrderType } from './order.type.ts';

@Resolver()
export class OrderStatusChangedResolver {
  // The gateway serves it straight from the stream. Whoever may not see the order has no current state of it, which is
  // what refuses them.
  @Subscription(() => OrderType, {
    topics: 'order.status-changed',
    description: 'An order of the viewer: as it stands, then after every change of its status.',
  })
  @Directive(`@eventStream(stream: "ORDER", subject: "order.status-changed.{args.orderId}",
    value: "{ id: $orderId, status: $status, user: { id: $userId } }",
    current: "order(id: {args.orderId})", currentRequired: true)`)
  orderStatusChanged(@Arg('orderId', () => ID, { description: 'Which order.' }) _orderId: string): OrderType {
    throw new Error('Subscriptions are served by the gateway.');
  }
}
