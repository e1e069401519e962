import { UserErrorType } from '@shop/subgraph-kit';
import { Field, ObjectType } from 'type-graphql';
import type { CancelOrderErrorCode } from '../domain/cancel-order.errors.ts';
import { CancelOrderErrorCodeEnum } from './enums.ts';
import { OrderType } from './order.type.ts';

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
