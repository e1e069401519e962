import { UserErrorType } from '@shop/subgraph-kit';
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import type { ChargePointsErrorCode, PointEntry } from '../domain/points.ts';
import type { User } from '../domain/user.ts';
import { PointEntryType } from './point-entry.type.ts';
import { UserType } from './user.type.ts';

const ChargePointsErrorCodeEnum = {
  AMOUNT_OUT_OF_RANGE: 'AMOUNT_OUT_OF_RANGE',
  BALANCE_LIMIT_EXCEEDED: 'BALANCE_LIMIT_EXCEEDED',
} as const;
registerEnumType(ChargePointsErrorCodeEnum, {
  name: 'ChargePointsErrorCode',
  description: 'Why nothing was charged.',
});

@ObjectType('ChargePointsError', { implements: UserErrorType, description: 'Why a charge was refused.' })
class ChargePointsErrorType extends UserErrorType {
  @Field(() => ChargePointsErrorCodeEnum, { description: 'Which it is.' })
  code!: ChargePointsErrorCode;
}

@ObjectType({ description: 'The user and the new line of the ledger, or why nothing was charged.' })
export class ChargePointsPayload {
  @Field(() => UserType, { nullable: true, description: 'Whose points they are, as they stand now.' })
  user: UserType | null = null;

  @Field(() => PointEntryType, { nullable: true, description: 'The line this key has written.' })
  entry: PointEntryType | null = null;

  @Field(() => [ChargePointsErrorType], { description: 'Empty when it worked.' })
  userErrors!: ChargePointsErrorType[];

  static charged({ user, entry }: { user: User; entry: PointEntry }) {
    return { user: UserType.from(user), entry: PointEntryType.from(entry) };
  }
}
