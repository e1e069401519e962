import { MoneyType } from '@shop/subgraph-kit';
import { Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import type { Payment, PaymentMethod, PaymentStatus } from '../domain/payment.ts';

export const PaymentMethodEnum = { POINTS: 'POINTS', CARD: 'CARD' } as const;
registerEnumType(PaymentMethodEnum, {
  name: 'PaymentMethod',
  description: 'What an order is paid with.',
  valuesConfig: {
    POINTS: { description: 'The points of the buyer, at once.' },
    CARD: { description: 'A card, on the page of the payment provider.' },
  },
});

const PaymentStatusEnum = {
  PENDING: 'PENDING',
  CAPTURED: 'CAPTURED',
  FAILED: 'FAILED',
  REFUNDED: 'REFUNDED',
} as const;
registerEnumType(PaymentStatusEnum, {
  name: 'PaymentStatus',
  description: 'How far a payment is.',
  valuesConfig: {
    PENDING: { description: 'The buyer has not decided.' },
    CAPTURED: { description: 'The money is there.' },
    FAILED: { description: 'No money was taken.' },
    REFUNDED: { description: 'The money was given back.' },
  },
});

@ObjectType('Payment', { description: 'How an order is paid.' })
export class PaymentType {
  @Field(() => ID, { description: 'Never changes.' })
  id!: string;

  @Field(() => PaymentMethodEnum, { description: 'What it is paid with.' })
  method!: PaymentMethod;

  @Field(() => PaymentStatusEnum, { description: 'How far the payment is.' })
  status!: PaymentStatus;

  @Field(() => MoneyType, { description: 'How much.' })
  amount!: MoneyType;

  @Field(() => String, { nullable: true, description: 'Where to send the buyer.' })
  redirectUrl!: string | null;

  static from({ id, method, status, amount, redirectUrl }: Payment): PaymentType {
    const page = status === 'PENDING' ? redirectUrl : null;
    return Object.assign(new PaymentType(), { id, method, status, amount: MoneyType.won(amount), redirectUrl: page });
  }
}
