import { payloadOf } from '@shop/subgraph-kit';
import { Arg, Ctx, Directive, Mutation, Resolver } from 'type-graphql';
import type { UserContext } from '../context.ts';
import { chargePoints } from '../use-cases/charge-points.ts';
import { ChargePointsInput } from './charge-points.input.ts';
import { ChargePointsPayload } from './charge-points.payload.ts';

@Resolver()
export class ChargePointsResolver {
  @Directive('@authenticated')
  @Mutation(() => ChargePointsPayload, { description: 'Adds points to the balance of the viewer, once per key.' })
  chargePoints(@Arg('input', () => ChargePointsInput) input: ChargePointsInput, @Ctx() ctx: UserContext) {
    return payloadOf(ChargePointsPayload, async () => ChargePointsPayload.charged(await chargePoints(ctx, input)));
  }
}
