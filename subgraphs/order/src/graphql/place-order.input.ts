import { Field, ID, InputType, Int } from 'type-graphql';
import type { PaymentMethod } from '../domain/payment.ts';
import { PaymentMethodEnum } from './payment.type.ts';

@InputType('OrderLineInput', { description: 'So many of one product. Lines of the same product are summed.' })
export class OrderLineInput {
  @Field(() => ID, { description: 'Which product.' })
  productId!: string;

  @Field(() => Int, { description: '1 to 1,000.' })
  quantity!: number;
}

@InputType('PlaceOrderInput', { description: 'What to order, and how it is paid.' })
export class PlaceOrderInput {
  @Field(() => [OrderLineInput], { description: '1 to 100 lines.' })
  lines!: OrderLineInput[];

  @Field(() => ID, { nullable: true, description: 'A coupon of the viewer.' })
  couponId?: string | null;

  @Field(() => PaymentMethodEnum, { nullable: true, defaultValue: 'POINTS', description: 'What it is paid with.' })
  paymentMethod?: PaymentMethod | null;

  @Field(() => String, {
    nullable: true,
    description: 'The same key with the same input answers with the same order. May be the header Idempotency-Key.',
  })
  idempotencyKey?: string | null;
}
