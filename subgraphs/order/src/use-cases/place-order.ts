import { setTimeout as pause } from 'node:timers/promises';
import { UniqueConstraintViolationException } from '@mikro-orm/core';
import {
  BadUserInput,
  IdempotencyInProgress,
  IdempotencyKeyReused,
  isId,
  Refusal,
  ServiceUnavailable,
  TimedOut,
} from '@shop/kernel';
import { failPoint } from '@shop/service-kit';
import { fingerprintOf, idempotencyKeyOf } from '@shop/subgraph-kit';
import type { OrderContext } from '../context.ts';
import { Order } from '../domain/order.ts';
import { isUndecided } from '../domain/order-status.ts';
import type { PaymentMethod } from '../domain/payment.ts';
import { couponRefused, type PlaceOrderErrorCode } from '../domain/place-order.errors.ts';
import { type RequestedLine, sumLines } from '../domain/requested-lines.ts';
import { findOrder } from '../reads/stored-orders.ts';
import { providerOf } from './ask-provider.ts';
import { driveOrder } from './drive-order.ts';
import { inSeconds, leaseFor, now } from './lease.ts';

export interface PlaceOrderRequest {
  lines: RequestedLine[];
  couponId?: string | null;
  paymentMethod?: PaymentMethod | null;
  idempotencyKey?: string | null;
}

const POLL_MS = 50;

/**
 * Places an order and answers when it is decided. The row of the order is also the row of its idempotency key, so the
 * same key finds the same order for ever. Throws Refusal for what the buyer can mend.
 */
export async function placeOrder(ctx: OrderContext, input: PlaceOrderRequest): Promise<Order> {
  const order = orderFrom(ctx, input);
  const isNew = await begin(ctx, order);
  if (isNew && isUndecided(order.status)) await drive(ctx, order);
  const placed = await decided(ctx, order);
  if (!isNew) ctx.noteReplay();
  return answerOf(placed);
}

function orderFrom(ctx: OrderContext, input: PlaceOrderRequest): Order {
  const userId = ctx.viewer.mustBeSignedIn();
  const idempotencyKey = idempotencyKeyOf(ctx.idempotencyKey, input.idempotencyKey);
  const paymentMethod = input.paymentMethod ?? 'POINTS';
  if (paymentMethod === 'CARD' && ctx.provider === null) {
    throw new BadUserInput('paymentMethod', 'paymentMethod CARD is not accepted.');
  }
  const requestedLines = input.lines.map(({ productId, quantity }) => ({ productId, quantity }));
  const couponId = input.couponId ?? null;
  const asked = { lines: requestedLines, couponId, paymentMethod };
  const fingerprint = fingerprintOf({ userId, operation: 'placeOrder', input: asked });
  const order = { userId, idempotencyKey, fingerprint, paymentMethod };
  const refusal = whyNot(requestedLines, couponId);
  return refusal ? Order.refuse(order, refusal) : Order.place({ ...order, requestedLines, couponId });
}

/** Why an order is refused without anybody having to be asked; null when it is not. */
function whyNot(lines: readonly RequestedLine[], couponId: string | null): Refusal<PlaceOrderErrorCode> | null {
  try {
    sumLines(lines);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  return couponId === null || isId(couponId) ? null : new Refusal(couponRefused('COUPON_NOT_FOUND'));
}

/** Stores the order; false when its key was used before. Throws ServiceUnavailable when nobody could be asked for holds. */
async function begin(ctx: OrderContext, order: Order): Promise<boolean> {
  const away = ctx.participants.away() ?? (order.paymentMethod === 'CARD' ? providerOf(ctx).away() : null);
  if (away !== null && isUndecided(order.status)) {
    if ((await findByKey(ctx, order)) !== null) return false;
    throw new ServiceUnavailable('Orders cannot be taken right now. Try again shortly.', { cause: new Error(away) });
  }
  try {
    await ctx.em.fork().insert(Order, {
      ...order,
      createdAt: now(),
      decideBy: inSeconds(ctx.timing.decideWithinSeconds),
      ...(isUndecided(order.status) && leaseFor(ctx)),
    });
    failPoint('order.begun');
    return true;
  } catch (error) {
    if (error instanceof UniqueConstraintViolationException) return false;
    throw error;
  }
}

/** What was begun goes on without the database's word: the recovery worker decides it, and the key finds it. */
async function drive(ctx: OrderContext, order: Order): Promise<void> {
  try {
    await driveOrder(ctx, order);
  } catch (cause) {
    ctx.log.error({ err: cause, orderId: order.id }, 'An order is left to the recovery worker.');
    throw new TimedOut('The order is not decided yet. Ask again with the same idempotencyKey.', { cause });
  }
}

/** The order of this key once it is decided, whoever decides it; its fields are read live. */
async function decided(ctx: OrderContext, { fingerprint, ...asked }: Order): Promise<Order> {
  const giveUpAt = performance.now() + ctx.timing.replayWaitMs;
  let order = await findByKey(ctx, asked);
  if (order === null) throw new Error(`The order of key ${asked.idempotencyKey} is gone.`);
  if (order.fingerprint !== fingerprint) throw new IdempotencyKeyReused();
  // One that awaits its payment is an answer: it says where to pay.
  while (order.status === 'PENDING') {
    if (performance.now() > giveUpAt) throw new IdempotencyInProgress();
    await pause(POLL_MS);
    order = (await findOrder(ctx.em, order.id)) ?? order;
  }
  return order;
}

function findByKey(
  ctx: OrderContext,
  { userId, idempotencyKey }: Pick<Order, 'userId' | 'idempotencyKey'>,
): Promise<Order | null> {
  return ctx.em.findOne(Order, { userId, idempotencyKey }, { disableIdentityMap: true });
}

function answerOf(order: Order): Order {
  if (order.userErrors !== null) throw new Refusal(order.userErrors);
  return order;
}
