import { Refusal, type UserError } from '@shop/kernel';
import { failPoint } from '@shop/service-kit';
import type { SagaContext } from '../context.ts';
import { PARTICIPANTS, type Participant } from '../domain/holds.ts';
import type { Order } from '../domain/order.ts';
import {
  couponRefused,
  insufficientPoints,
  insufficientStock,
  type PlaceOrderErrorCode,
  productNotFound,
} from '../domain/place-order.errors.ts';
import { type FrozenLine, type Price, priceOf, subtotalOf } from '../domain/price.ts';
import { lineOf, sumLines } from '../domain/requested-lines.ts';
import type { HoldFor, StockHold } from '../participants.ts';
import { insist } from './insist.ts';

export interface Held {
  lines: FrozenLine[];
  price: Price;
}

/** Somebody else has rejected the order and released its holds: they cannot be had again. */
class ReleasedBefore extends Error {}

/**
 * Has stock, coupon and, unless it is paid by card, points set aside, in this order: the stock's answer freezes the
 * prices that the coupon needs, and both make the total that the points need. The order's holds say afterwards what is held, what may be and what is
 * not. Throws Refusal for what the buyer can mend; every other error is ours.
 */
export async function holdEverything(ctx: SagaContext, order: Order): Promise<Held> {
  // Only the first driver knows that nobody has been asked before it asks.
  if (order.hasOneDriver()) for (const participant of PARTICIPANTS) order.setHold(participant, 'NONE');
  const ask = asker(ctx, order);
  const lines = await holdStock(ctx, order, ask);
  const subtotal = subtotalOf(lines);
  const price = priceOf(subtotal, await holdCoupon(ctx, order, ask, subtotal));
  await holdPoints(ctx, order, ask, price.total);
  return { lines, price };
}

type Ask = <A extends { outcome: 'HELD' | 'REFUSED' }>(
  participant: Participant,
  hold: (timeoutMs: number) => Promise<A>,
) => Promise<A>;

/** All holds of an order share one span of time. */
function asker({ timing, clock }: SagaContext, order: Order): Ask {
  const endsAt = performance.now() + timing.holdWithinMs;
  return async (participant, hold) => {
    let questions = 0;
    const question = (timeoutMs: number) => {
      questions += 1;
      return hold(timeoutMs);
    };
    order.setHold(participant, 'UNKNOWN');
    const answer = await insist(question, { endsAt, timeoutMs: timing.commandTimeoutMs });
    failPoint(`order.asked-for-${participant}`);
    // After a refusal an earlier question may still be on its way, and be granted: only a release keeps it out.
    const isOnlyQuestion = order.hasOneDriver() && questions === 1;
    if (answer.outcome === 'HELD') order.setHold(participant, 'HELD');
    else if (isOnlyQuestion) order.setHold(participant, 'NONE');
    order.record(`hold ${participant}`, answer.outcome, clock.now());
    return answer;
  };
}

/** A buyer at the payment provider takes longer than any of us. */
function holdFor({ timing }: SagaContext, { id: orderId, userId, paymentMethod }: Order): HoldFor {
  const expiresInSeconds = paymentMethod === 'CARD' ? timing.payWithinSeconds : timing.holdSeconds;
  return { orderId, userId, expiresInSeconds };
}

async function holdStock(ctx: SagaContext, order: Order, ask: Ask): Promise<FrozenLine[]> {
  const request = { ...holdFor(ctx, order), lines: sumLines(order.requestedLines) };
  const answer = await ask('stock', (timeoutMs) => ctx.participants.stock.hold(request, timeoutMs));
  if (answer.outcome === 'REFUSED') throw new Refusal(answer.problems.map((problem) => stockRefused(order, problem)));
  const frozen = new Map(answer.lines.map((line) => [line.productId, line]));
  return request.lines.map(({ productId, quantity }) => {
    const line = frozen.get(productId);
    if (line?.quantity !== quantity) throw new Error(`The hold of order ${order.id} is not what was asked for.`);
    return line;
  });
}

function stockRefused(
  { requestedLines }: Order,
  { productId, problem, available }: Extract<StockHold, { outcome: 'REFUSED' }>['problems'][number],
): UserError<PlaceOrderErrorCode> {
  if (problem === 'RELEASED_BEFORE') throw new ReleasedBefore(problem);
  const line = lineOf(requestedLines, productId);
  return problem === 'PRODUCT_NOT_FOUND' ? productNotFound(line) : insufficientStock(line, available);
}

/** Returns the discount. */
async function holdCoupon(ctx: SagaContext, order: Order, ask: Ask, subtotal: number): Promise<number> {
  const { couponId } = order;
  if (couponId === null) return 0;
  const request = { ...holdFor(ctx, order), couponId, subtotal };
  const answer = await ask('coupon', (timeoutMs) => ctx.participants.coupon.hold(request, timeoutMs));
  if (answer.outcome === 'HELD') return answer.discount;
  if (answer.problem === 'RELEASED_BEFORE') throw new ReleasedBefore(answer.problem);
  throw new Refusal(couponRefused(answer.problem));
}

async function holdPoints(ctx: SagaContext, order: Order, ask: Ask, total: number): Promise<void> {
  // A coupon may pay for all of it; then there is nothing to take, and no entry in the buyer's ledger.
  if (total === 0 || order.paymentMethod === 'CARD') return order.setHold('points', 'NONE');
  const request = { ...holdFor(ctx, order), amount: total };
  const answer = await ask('points', (timeoutMs) => ctx.participants.points.hold(request, timeoutMs));
  if (answer.outcome === 'HELD') return;
  if (answer.problem === 'RELEASED_BEFORE') throw new ReleasedBefore(answer.problem);
  throw new Refusal(insufficientPoints(answer.missing));
}
