import { payloadOf } from '@shop/subgraph-kit';
import { Arg, Ctx, Directive, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { OrderContext } from '../context.ts';
import { cancelOrder } from '../use-cases/cancel-order.ts';
import { placeOrder } from '../use-cases/place-order.ts';
import { readOrder, readSagaSteps } from '../use-cases/read-order.ts';
import { CancelOrderInput } from './cancel-order.input.ts';
import { CancelOrderPayload } from './cancel-order.payload.ts';
import { OrderType } from './order.type.ts';
import { OrderLineType } from './order-line.type.ts';
import { PaymentType } from './payment.type.ts';
import { PlaceOrderInput } from './place-order.input.ts';
import { PlaceOrderPayload } from './place-order.payload.ts';
import { SagaStepType } from './saga-step.type.ts';

@Resolver(() => OrderType)
export class OrderResolver {
  @Query(() => OrderType, { nullable: true, description: 'An order of the viewer; an ADMIN sees every order.' })
  async order(
    @Arg('id', () => ID, { description: 'Which order.' }) id: string,
    @Ctx() ctx: OrderContext,
  ): Promise<OrderType | null> {
    ctx.viewer.mustBeSignedIn();
    const order = await readOrder(ctx, id);
    return order && OrderType.from(order);
  }

  @Directive('@authenticated')
  @Mutation(() => PlaceOrderPayload, { description: 'Orders products; answers when it is decided, or awaits payment.' })
  placeOrder(
    @Arg('input', () => PlaceOrderInput) input: PlaceOrderInput,
    @Ctx() ctx: OrderContext,
  ): Promise<PlaceOrderPayload> {
    return payloadOf(PlaceOrderPayload, async () => ({ order: OrderType.from(await placeOrder(ctx, input)) }));
  }

  @Directive('@authenticated')
  @Mutation(() => CancelOrderPayload, { description: 'Gives back what a completed order took: points, goods, coupon.' })
  cancelOrder(
    @Arg('input', () => CancelOrderInput) input: CancelOrderInput,
    @Ctx() ctx: OrderContext,
  ): Promise<CancelOrderPayload> {
    return payloadOf(CancelOrderPayload, async () => ({ order: OrderType.from(await cancelOrder(ctx, input)) }));
  }

  @Directive('@listSize(assumedSize: 10)')
  @FieldResolver(() => [OrderLineType], { description: 'What was ordered; empty until names and prices are frozen.' })
  async lines(@Root() { id, isListed }: OrderType, @Ctx() ctx: OrderContext): Promise<OrderLineType[]> {
    const found = await (isListed ? ctx.loaders.history : ctx.loaders).lines.load(id);
    return (found?.lines ?? []).map(OrderLineType.from);
  }

  @FieldResolver(() => PaymentType, { nullable: true, description: 'How it is paid; null until it is.' })
  async payment(@Root() { id, isListed }: OrderType, @Ctx() ctx: OrderContext): Promise<PaymentType | null> {
    const payment = await (isListed ? ctx.loaders.history : ctx.loaders).payments.load(id);
    return payment && PaymentType.from(payment);
  }

  @Directive('@listSize(assumedSize: 10)')
  @FieldResolver(() => [SagaStepType], { nullable: true, description: 'ADMIN: what the saga did, in order.' })
  sagaSteps(@Root() order: OrderType, @Ctx() ctx: OrderContext): SagaStepType[] {
    return readSagaSteps(ctx, order).map(SagaStepType.from);
  }
}
