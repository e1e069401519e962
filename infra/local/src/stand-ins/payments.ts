import { randomUUID } from 'node:crypto';
import type { Journal } from './journal.ts';

export type PaymentStatus = 'PENDING' | 'AUTHORISED' | 'DECLINED' | 'CAPTURED' | 'REFUNDED' | 'VOIDED';

/** What a shop asks for. Amounts are in minor units. */
export interface Order {
  amount: number;
  currencyCode: string;
  /** The shop's name for it, such as an order's id. */
  reference: string;
  /** Where the buyer goes after the page. */
  returnUrl?: string;
}

/** A payment as the provider tells it; PENDING until the buyer has decided on the page. */
export interface Payment extends Order {
  id: string;
  idempotencyKey: string;
  status: PaymentStatus;
  capturedAmount: number;
  refundedAmount: number;
  createdAt: string;
}

/** What happened; the payments are what the facts add up to. The ledger is the facts that move or promise money. */
export type Fact = { paymentId: string; at: string } & (
  | ({ kind: 'request'; idempotencyKey: string } & Order)
  | { kind: 'authorisation'; amount: number; currencyCode: string }
  | { kind: 'decline' }
  | { kind: 'void' }
  | { kind: 'capture'; amount: number; currencyCode: string }
  | { kind: 'refund'; amount: number; currencyCode: string; idempotencyKey: string | null }
);

/** A demand the provider refuses, with the HTTP status that says so. */
export class Refused extends Error {
  readonly statusCode: number;

  constructor(statusCode: number, message: string) {
    super(message);
    this.statusCode = statusCode;
  }
}

/** The payments of the stand-in, kept as facts in a journal. */
export class Payments {
  private readonly byId = new Map<string, Payment>();
  private readonly byKey = new Map<string, Payment>();
  private readonly journal: Journal<Fact>;

  constructor(journal: Journal<Fact>) {
    this.journal = journal;
    for (const fact of journal.entries) this.apply(fact);
  }

  get(id: string): Payment {
    const payment = this.byId.get(id);
    if (payment === undefined) throw new Refused(404, `there is no payment ${id}`);
    return payment;
  }

  getByKey(key: string): Payment {
    const payment = this.byKey.get(key);
    if (payment === undefined) throw new Refused(404, `there is no payment with the key ${key}`);
    return payment;
  }

  ledger(): Fact[] {
    return this.journal.entries.filter(({ kind }) => ['authorisation', 'capture', 'refund', 'void'].includes(kind));
  }

  /** The same key answers with the same payment; with another demand it is refused. */
  request(idempotencyKey: string, order: Order): { payment: Payment; isNew: boolean } {
    const known = this.byKey.get(idempotencyKey);
    if (known !== undefined) {
      const same = (['amount', 'currencyCode', 'reference'] as const).every((field) => known[field] === order[field]);
      if (!same) throw new Refused(422, 'this Idempotency-Key was used for another payment');
      return { payment: known, isNew: false };
    }
    const id = randomUUID();
    this.record({ kind: 'request', paymentId: id, at: now(), idempotencyKey, ...order });
    return { payment: this.get(id), isNew: true };
  }

  /** The buyer's decision; only the first one counts. */
  decide(id: string, decision: 'pay' | 'decline'): boolean {
    const { status, amount, currencyCode } = this.get(id);
    if (status !== 'PENDING') return false;
    if (decision === 'decline') this.record({ kind: 'decline', paymentId: id, at: now() });
    else this.record({ kind: 'authorisation', paymentId: id, at: now(), amount, currencyCode });
    return true;
  }

  /** Takes the authorised money; a second capture changes nothing. */
  capture(id: string): boolean {
    const { status, amount, currencyCode } = this.get(id);
    if (status === 'CAPTURED' || status === 'REFUNDED') return false;
    if (status !== 'AUTHORISED') throw new Refused(409, `a payment that is ${status} can't be captured`);
    this.record({ kind: 'capture', paymentId: id, at: now(), amount, currencyCode });
    return true;
  }

  /** Gives captured money back, all that is left unless told how much; the same key does it once. */
  refund(id: string, idempotencyKey: string | null, demanded?: number): boolean {
    const { status, capturedAmount, refundedAmount, currencyCode } = this.get(id);
    const done = this.journal.entries.some(
      (fact) =>
        fact.kind === 'refund' &&
        fact.paymentId === id &&
        idempotencyKey !== null &&
        fact.idempotencyKey === idempotencyKey,
    );
    if (done) return false;
    const left = capturedAmount - refundedAmount;
    if (left === 0) throw new Refused(409, `a payment that is ${status} has nothing to refund`);
    const amount = demanded ?? left;
    if (amount > left) throw new Refused(409, `only ${left} is left to refund`);
    this.record({ kind: 'refund', paymentId: id, at: now(), amount, currencyCode, idempotencyKey });
    return true;
  }

  /** Gives up a payment before its capture; a second time changes nothing. */
  void(id: string): boolean {
    const { status } = this.get(id);
    if (status === 'VOIDED') return false;
    if (status !== 'PENDING' && status !== 'AUTHORISED') {
      throw new Refused(409, `a payment that is ${status} can't be voided`);
    }
    this.record({ kind: 'void', paymentId: id, at: now() });
    return true;
  }

  private record(fact: Fact): void {
    this.journal.append(fact);
    this.apply(fact);
  }

  private apply(fact: Fact): void {
    if (fact.kind === 'request') {
      const { kind, paymentId, at, ...order } = fact;
      const payment: Payment = {
        id: paymentId,
        status: 'PENDING',
        capturedAmount: 0,
        refundedAmount: 0,
        createdAt: at,
        ...order,
      };
      this.byId.set(paymentId, payment);
      this.byKey.set(fact.idempotencyKey, payment);
      return;
    }
    const payment = this.get(fact.paymentId);
    if (fact.kind === 'authorisation') payment.status = 'AUTHORISED';
    if (fact.kind === 'decline') payment.status = 'DECLINED';
    if (fact.kind === 'void') payment.status = 'VOIDED';
    if (fact.kind === 'capture') {
      payment.status = 'CAPTURED';
      payment.capturedAmount = fact.amount;
    }
    if (fact.kind === 'refund') {
      payment.refundedAmount += fact.amount;
      if (payment.refundedAmount === payment.capturedAmount) payment.status = 'REFUNDED';
    }
  }
}

function now(): string {
  return new Date().toISOString();
}
