import { connectionType, DateTimeScalar, SafeIntScalar } from '@shop/subgraph-kit';
import { Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import type { PointEntry, PointEntryKind } from '../domain/points.ts';

const PointEntryKindEnum = { CHARGE: 'CHARGE', SPEND: 'SPEND', REFUND: 'REFUND' } as const;
registerEnumType(PointEntryKindEnum, {
  name: 'PointEntryKind',
  description: 'Which way points went, and why.',
  valuesConfig: {
    CHARGE: { description: 'Charged by the user: the balance rose.' },
    SPEND: { description: 'Spent on an order: the balance fell.' },
    REFUND: { description: 'Given back for a cancelled order: the balance rose.' },
  },
});

@ObjectType('PointEntry', { description: 'A line of the ledger: one change of a balance, never altered afterwards.' })
export class PointEntryType {
  @Field(() => ID, { description: 'UUIDv7.' })
  id!: string;

  @Field(() => PointEntryKindEnum, { description: 'Which way the points went.' })
  kind!: PointEntryKind;

  @Field(() => SafeIntScalar, { description: 'How many points, always positive.' })
  amount!: number;

  @Field(() => SafeIntScalar, { description: 'The balance after it, points held for orders included.' })
  balanceAfter!: number;

  @Field(() => ID, { nullable: true, description: 'The order they were spent on or given back for.' })
  orderId!: string | null;

  @Field(() => DateTimeScalar, { description: 'When the balance changed.' })
  occurredAt!: Date;

  static from({ id, kind, amount, balanceAfter, orderId, occurredAt }: PointEntry): PointEntryType {
    return Object.assign(new PointEntryType(), { id, kind, amount, balanceAfter, orderId, occurredAt });
  }
}

export const PointEntryConnectionType = connectionType('PointEntry', () => PointEntryType);
