import { SafeIntScalar } from '@shop/subgraph-kit';
import { Field, InputType } from 'type-graphql';

@InputType({ description: 'Points to add to the balance of the viewer.' })
export class ChargePointsInput {
  @Field(() => SafeIntScalar, { description: '1 to 10,000,000.' })
  amount!: number;

  @Field(() => String, { description: 'The same key with the same amount charges once, however often it is sent.' })
  idempotencyKey!: string;
}
