import { UserErrorType } from '@shop/subgraph-kit';
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import type { PlaceOrderErrorCode } from '../domain/place-order.errors.ts';
import { OrderType } from './order.type.ts';

const PlaceOrderErrorCodeEnum = {
  EMPTY_ORDER: 'EMPTY_ORDER',
  QUANTITY_INVALID: 'QUANTITY_INVALID',
  PRODUCT_NOT_FOUND: 'PRODUCT_NOT_FOUND',
  INSUFFICIENT_STOCK: 'INSUFFICIENT_STOCK',
  INSUFFICIENT_POINTS: 'INSUFFICIENT_POINTS',
  COUPON_NOT_FOUND: 'COUPON_NOT_FOUND',
  COUPON_NOT_USABLE: 'COUPON_NOT_USABLE',
  COUPON_MINIMUM_NOT_MET: 'COUPON_MINIMUM_NOT_MET',
  PAYMENT_DECLINED: 'PAYMENT_DECLINED',
} as const;
registerEnumType(PlaceOrderErrorCodeEnum, { name: 'PlaceOrderErrorCode', description: 'Why an order is refused.' });

@ObjectType('PlaceOrderError', {
  implements: UserErrorType,
  description: 'Something that the buyer can mend.',
})
export class PlaceOrderErrorType extends UserErrorType {
  @Field(() => PlaceOrderErrorCodeEnum, { description: 'What happened, for programs.' })
  code!: PlaceOrderErrorCode;
}

@ObjectType('PlaceOrderPayload', { description: 'The order, or why there is none.' })
export class PlaceOrderPayload {
  @Field(() => OrderType, {
    nullable: true,
    description:
      'COMPLETED, AWAITING_PAYMENT with where to pay, or REJECTED with its reason when it failed for a technical cause.',
  })
  order!: OrderType | null;

  @Field(() => [PlaceOrderErrorType], { description: 'What the buyer can mend.' })
  userErrors!: PlaceOrderErrorType[];
}
