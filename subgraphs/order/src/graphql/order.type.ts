import { connectionType, DateTimeScalar, MoneyType } from '@shop/subgraph-kit';
import { Directive, Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import type { Order, SagaStep } from '../domain/order.ts';
import type { OrderStatus } from '../domain/order-status.ts';
import { CouponType } from './coupon.type.ts';
import { UserType } from './user.type.ts';

const OrderStatusEnum = {
  PENDING: 'PENDING',
  AWAITING_PAYMENT: 'AWAITING_PAYMENT',
  COMPLETED: 'COMPLETED',
  REJECTED: 'REJECTED',
  CANCELLED: 'CANCELLED',
} as const;
registerEnumType(OrderStatusEnum, {
  name: 'OrderStatus',
  description: 'How far an order is.',
  valuesConfig: {
    PENDING: { description: 'Stock, points and coupon are being held.' },
    AWAITING_PAYMENT: { description: 'The payment provider has it.' },
    COMPLETED: { description: 'It is paid, and its goods are taken.' },
    REJECTED: { description: 'It came to nothing, for its reason; what it held is given back.' },
    CANCELLED: { description: 'It was called off; what it took is given back.' },
  },
});

@ObjectType('Order', { description: 'What a user has bought, or tried to.' })
@Directive('@key(fields: "id")')
export class OrderType {
  @Field(() => ID, { description: 'Never changes.' })
  id!: string;

  @Field(() => OrderStatusEnum, { description: 'How far the order is.' })
  status!: OrderStatus;

  @Field(() => UserType, { description: 'Who placed it.' })
  user!: UserType;

  @Field(() => DateTimeScalar, { description: 'When it was placed.' })
  createdAt!: Date;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was paid and its goods were taken.' })
  completedAt!: Date | null;

  @Field(() => MoneyType, { description: 'What the lines cost together.' })
  subtotal!: MoneyType;

  @Field(() => MoneyType, { description: 'What the coupon takes off.' })
  discount!: MoneyType;

  @Field(() => MoneyType, { description: 'What is paid: subtotal less discount.' })
  total!: MoneyType;

  @Field(() => CouponType, { nullable: true, description: 'The coupon it was placed with.' })
  coupon!: CouponType | null;

  @Field(() => String, { nullable: true, description: 'Why it was rejected or cancelled.' })
  reason!: string | null;

  /** Not a field: `sagaSteps` asks who wants to know. */
  steps!: SagaStep[];

  /** Not a field: lines and payment are then read where the list was. */
  isListed!: boolean;

  static from(order: Order, { isListed = false } = {}): OrderType {
    const { id, status, createdAt, completedAt, reason, steps, couponId } = order;
    return Object.assign(new OrderType(), {
      ...{ id, status, createdAt, completedAt, reason, steps, isListed },
      user: UserType.of(order.userId),
      subtotal: MoneyType.won(order.subtotal),
      discount: MoneyType.won(order.discount),
      total: MoneyType.won(order.total),
      coupon: couponId === null ? null : CouponType.of(couponId),
    });
  }
}

export const OrderConnectionType = connectionType('Order', () => OrderType);
