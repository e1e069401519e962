import { UserErrorType } from '@shop/subgraph-kit';
import { Field, ObjectType } from 'type-graphql';
import type { PlaceOrderErrorCode } from '../domain/place-order.errors.ts';
import { PlaceOrderErrorCodeEnum } from './enums.ts';
import { OrderType } from './order.type.ts';

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
