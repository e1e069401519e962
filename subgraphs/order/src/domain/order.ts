import { newId, type Refusal } from '@shop/kernel';
import type { PaymentIntent } from './card-payment.ts';
import { type HoldState, type Holds, type Participant, type Settlement, settlementsOf, stateAfter } from './holds.ts';
import { canBecome, type OrderStatus } from './order-status.ts';
import type { PaymentMethod } from './payment.ts';
import type { PlaceOrderError, PlaceOrderErrorCode } from './place-order.errors.ts';
import type { Price } from './price.ts';
import type { RequestedLine } from './requested-lines.ts';

/** Something the saga did, and what came of it. */
export interface SagaStep {
  name: string;
  outcome: string;
  /** ISO 8601. */
  at: string;
}

export interface OrderToPlace {
  userId: string;
  /** The buyer's name for this order: there is one order per user and key. */
  idempotencyKey: string;
  /** What the key was first used for. */
  fingerprint: string;
  requestedLines: RequestedLine[];
  couponId: string | null;
  paymentMethod: PaymentMethod;
}

/** Whoever places an order is its first driver; each that takes it over has the next number. */
const FIRST_FENCE = 1;

/** An order and the saga that decides it: what was asked for, what is held where, who is at it. */
export class Order {
  id!: string;
  userId!: string;
  status!: OrderStatus;
  /** How often the status has changed: the version of its events. */
  statusVersion!: number;
  idempotencyKey!: string;
  fingerprint!: string;
  requestedLines!: RequestedLine[];
  couponId!: string | null;
  paymentMethod!: PaymentMethod;
  subtotal!: number;
  discount!: number;
  total!: number;
  reason!: string | null;
  /** Why the buyer was refused; such an order was never acknowledged. */
  userErrors!: PlaceOrderError[] | null;
  stockHold!: HoldState;
  couponHold!: HoldState;
  pointsHold!: HoldState;
  /** What is left to do at the payment provider; null for nothing. */
  paymentIntent!: PaymentIntent | null;
  steps!: SagaStep[];
  createdAt!: Date;
  /** Undecided after this, by the database's clock, it is rejected. */
  decideBy!: Date;
  completedAt!: Date | null;
  cancelledAt!: Date | null;
  leaseOwner!: string | null;
  /** When anybody may take the saga over; null when nothing is left to do. */
  leaseUntil!: Date | null;
  /** Rises with every driver: what an earlier one still writes is not taken. */
  fence!: number;
  /** How many rounds of settling have failed in a row. */
  attempts!: number;

  /** An order nothing is held for yet; its times are the database's. */
  static place(order: OrderToPlace): Order {
    return Object.assign(new Order(), order, {
      id: newId(),
      status: 'PENDING',
      statusVersion: 0,
      ...{ subtotal: 0, discount: 0, total: 0 },
      ...{ reason: null, userErrors: null, completedAt: null, cancelledAt: null },
      // Unknown from the start: a driver that dies leaves no word of whom it has asked.
      stockHold: 'UNKNOWN',
      couponHold: order.couponId === null ? 'NONE' : 'UNKNOWN',
      pointsHold: order.paymentMethod === 'CARD' ? 'NONE' : 'UNKNOWN',
      paymentIntent: null,
      steps: [],
      fence: FIRST_FENCE,
      attempts: 0,
    } satisfies Partial<Order>);
  }

  /**
   * An order that was refused before anybody was asked: what is left of it is its key, which answers for it. What was
   * asked for is not kept, since it may be no order at all.
   */
  static refuse(
    order: Omit<OrderToPlace, 'requestedLines' | 'couponId'>,
    refusal: Refusal<PlaceOrderErrorCode>,
  ): Order {
    return Object.assign(Order.place({ ...order, requestedLines: [], couponId: null }), {
      ...{ status: 'REJECTED', reason: refusal.code, userErrors: [...refusal.userErrors] },
      ...{ stockHold: 'NONE', pointsHold: 'NONE' },
      ...{ leaseOwner: null, leaseUntil: null },
    } satisfies Partial<Order>);
  }

  holds(): Holds {
    return { stock: this.stockHold, coupon: this.couponHold, points: this.pointsHold };
  }

  setHold(participant: Participant, state: HoldState): void {
    this[`${participant}Hold`] = state;
  }

  /** True until somebody takes the order over: until then its driver knows whom it has not asked. */
  hasOneDriver(): boolean {
    return this.fence === FIRST_FENCE;
  }

  canBecome(status: OrderStatus): boolean {
    return canBecome(this.status, status);
  }

  /** From here on it costs what it costs. */
  freeze(price: Price): void {
    Object.assign(this, price);
  }

  /** Whether the payment provider has to be asked. */
  isPaidByCard(): boolean {
    return this.paymentMethod === 'CARD' && this.total > 0;
  }

  /** Everything is held, and the buyer has the word. */
  awaitPayment(now: Date): void {
    this.moveTo('AWAITING_PAYMENT', now);
    this.paymentIntent = 'AWAIT';
  }

  /** The pivot: from here on everything held is taken, whatever happens. */
  complete(now: Date): void {
    this.moveTo('COMPLETED', now);
    this.paymentIntent = null;
    this.completedAt = now;
  }

  /** Nothing of it will be taken; what may be held is to be released, what may be paid to be returned. */
  reject(reason: string, userErrors: PlaceOrderError[] | null, now: Date): void {
    this.moveTo('REJECTED', now);
    if (this.paymentIntent !== null) this.paymentIntent = 'RETURN';
    this.reason = reason;
    this.userErrors = userErrors;
  }

  settlements(): Settlement[] {
    // One that is cancelled before it was paid has taken nothing: to the participants it is as good as rejected.
    const hasTakenNothing = this.status === 'CANCELLED' && this.completedAt === null;
    return settlementsOf(hasTakenNothing ? 'REJECTED' : this.status, this.holds());
  }

  isSettled(): boolean {
    return this.paymentIntent === null && this.settlements().length === 0;
  }

  acknowledge({ participant, action }: Settlement, now: Date): void {
    this.setHold(participant, stateAfter[action]);
    this.record(`${action} ${participant}`, stateAfter[action], now);
  }

  /** Adds to what an operator reads; a repetition says nothing new. */
  record(name: string, outcome: string, now: Date): void {
    if (this.steps.some((step) => step.name === name && step.outcome === outcome)) return;
    this.steps = [...this.steps, { name, outcome, at: now.toISOString() }];
  }

  private moveTo(status: OrderStatus, now: Date): void {
    if (!this.canBecome(status)) throw new Error(`Order ${this.id} is ${this.status} and cannot become ${status}.`);
    this.status = status;
    this.statusVersion += 1;
    this.record('decide', status, now);
  }
}
