import { Field, ID, InputType } from 'type-graphql';

@InputType('CancelOrderInput', { description: 'Cancelling a cancelled order answers with it.' })
export class CancelOrderInput {
  @Field(() => ID, { description: 'An order of the viewer.' })
  orderId!: string;

  @Field(() => String, { nullable: true, description: 'Up to 500 characters.' })
  reason?: string | null;
}
