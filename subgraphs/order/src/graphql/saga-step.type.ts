import { DateTimeScalar } from '@shop/subgraph-kit';
import { Field, ObjectType } from 'type-graphql';
import type { SagaStep } from '../domain/order.ts';

@ObjectType('SagaStep', { description: 'Something that was done to decide or settle an order.' })
export class SagaStepType {
  @Field(() => String, { description: 'What was done, and with whom.' })
  name!: string;

  @Field(() => String, { description: 'What came of it.' })
  outcome!: string;

  @Field(() => DateTimeScalar, { description: 'When.' })
  at!: Date;

  static from({ name, outcome, at }: SagaStep): SagaStepType {
    return Object.assign(new SagaStepType(), { name, outcome, at: new Date(at) });
  }
}
