import { UserErrorType } from '@shop/subgraph-kit';
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import type { CancelOrderErrorCode } from '../domain/cancel-order.errors.ts';
import { OrderType } from './order.type.ts';

const CancelOrderErrorCodeEnum = {
  ORDER_NOT_FOUND: 'ORDER_NOT_FOUND',
  ORDER_NOT_CANCELLABLE: 'ORDER_NOT_CANCELLABLE',
} as const;
registerEnumType(CancelOrderErrorCodeEnum, {
  name: 'CancelOrderErrorCode',
  description: 'Why an order is not cancelled.',
});

@ObjectType('CancelOrderError', { implements: UserErrorType, description: 'Why the order is not cancelled.' })
export class CancelOrderErrorType extends UserErrorType {
  @Field(() => CancelOrderErrorCodeEnum, { description: 'What happened, for programs.' })
  code!: CancelOrderErrorCode;
}

@ObjectType('CancelOrderPayload', { description: 'The cancelled order, or why it is not.' })
export class CancelOrderPayload {
  @Field(() => OrderType, { nullable: true, description: 'The order as it is now.' })
  order!: OrderType | null;

  @Field(() => [CancelOrderErrorType], { description: 'Why the order is not cancelled.' })
  userErrors!: CancelOrderErrorType[];
}
