import { type Connection, mapConnection, payloadOf } from '@shop/subgraph-kit';
import { Arg, Ctx, Directive, ID, Int, Mutation, Query, Resolver } from 'type-graphql';
import type { CouponContext } from '../context.ts';
import type { CouponEventStatus } from '../domain/window.ts';
import { createCouponEvent } from '../use-cases/create-coupon-event.ts';
import { listCouponEvents } from '../use-cases/list-coupon-events.ts';
import { updateCouponEvent } from '../use-cases/update-coupon-event.ts';
import { CreateCouponEventInput, UpdateCouponEventInput } from './coupon-event.input.ts';
import { CreateCouponEventPayload, UpdateCouponEventPayload } from './coupon-event.payload.ts';
import { CouponEventConnectionType, CouponEventStatusEnum, CouponEventType } from './coupon-event.type.ts';

@Resolver()
export class CouponEventResolver {
  @Query(() => CouponEventType, { nullable: true, description: 'One event.' })
  async couponEvent(
    @Arg('id', () => ID, { description: 'Which event.' }) id: string,
    @Ctx() ctx: CouponContext,
  ): Promise<CouponEventType | null> {
    const event = await ctx.loaders.couponEvents.load(id);
    return event && CouponEventType.from(event, ctx.clock.now());
  }

  @Query(() => CouponEventConnectionType, { description: 'All events, the newest first.' })
  async couponEvents(
    @Arg('first', () => Int, { nullable: true, defaultValue: 20, description: '1 to 100.' }) first: number | null,
    @Arg('after', () => String, { nullable: true, description: 'The cursor to go on from.' }) after: string | null,
    @Arg('status', () => CouponEventStatusEnum, { nullable: true, description: 'Only those that stand so.' })
    status: CouponEventStatus | null,
    @Ctx() ctx: CouponContext,
  ): Promise<Connection<CouponEventType>> {
    const events = await listCouponEvents(ctx, { first, after, status });
    return mapConnection(events, (event) => CouponEventType.from(event, ctx.clock.now()));
  }

  @Directive('@authenticated')
  @Mutation(() => CreateCouponEventPayload, { description: 'Starts a new event; ADMIN.' })
  createCouponEvent(
    @Arg('input', () => CreateCouponEventInput) input: CreateCouponEventInput,
    @Ctx() ctx: CouponContext,
  ): Promise<CreateCouponEventPayload> {
    return payloadOf(CreateCouponEventPayload, async () => ({
      couponEvent: CouponEventType.from(await createCouponEvent(ctx, input), ctx.clock.now()),
    }));
  }

  @Directive('@authenticated')
  @Mutation(() => UpdateCouponEventPayload, { description: 'Edits, restocks or ends an event; ADMIN.' })
  updateCouponEvent(
    @Arg('input', () => UpdateCouponEventInput) input: UpdateCouponEventInput,
    @Ctx() ctx: CouponContext,
  ): Promise<UpdateCouponEventPayload> {
    return payloadOf(UpdateCouponEventPayload, async () => ({
      couponEvent: CouponEventType.from(await updateCouponEvent(ctx, input), ctx.clock.now()),
    }));
  }
}
