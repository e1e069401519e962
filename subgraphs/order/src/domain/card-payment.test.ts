import fc from 'fast-check';
import { PROVIDER_STATUSES, type ProviderStatus, returnOf, verdictOn } from './card-payment.ts';
import { Order } from './order.ts';

const TOTAL = 20_000;
const NOW = new Date('2026-02-11T10:30:00Z');

it.each<[ProviderStatus | 'ABSENT', string, string]>([
  ['ABSENT', 'wait', '–'],
  ['PENDING', 'wait', 'void'],
  ['AUTHORISED', 'capture', 'void'],
  ['DECLINED', 'decline', 'nothing'],
  ['CAPTURED', 'complete', 'refund'],
  ['REFUNDED', 'expire', 'nothing'],
  ['VOIDED', 'expire', 'nothing'],
])('%s: an order that waits has it %s, one that is over %s', (status, verdict, back) => {
  expect(verdictOn(status)).toBe(verdict);
  if (status !== 'ABSENT') expect(returnOf(status)).toBe(back);
});

it('moves no money for an order that has not been asked about', () =>
  expect(PROVIDER_STATUSES.filter((status) => verdictOn(status) === 'complete')).toEqual(['CAPTURED']));

type Request = 'authorise' | 'capture' | 'void' | 'refund';
/** What a driver is about to ask; with `?` before it opens a payment that is not there. */
type Next = Request | 'status' | 'authorise?';

/** A provider by the book. What it refuses changes nothing. */
class Provider {
  status: ProviderStatus | 'ABSENT' = 'ABSENT';
  captures = 0;
  refunds = 0;

  request(what: Request): void {
    if (what === 'authorise' && this.status === 'ABSENT') this.status = 'PENDING';
    if (what === 'void' && (this.status === 'PENDING' || this.status === 'AUTHORISED')) this.status = 'VOIDED';
    if (what === 'capture' && this.status === 'AUTHORISED') {
      this.status = 'CAPTURED';
      this.captures += 1;
    }
    if (what === 'refund' && this.status === 'CAPTURED') {
      this.status = 'REFUNDED';
      this.refunds += 1;
    }
  }

  decide(decision: 'AUTHORISED' | 'DECLINED'): void {
    if (this.status === 'PENDING') this.status = decision;
  }

  get kept(): number {
    return TOTAL * (this.captures - this.refunds);
  }
}

/** The row of an order, written by those whose fence it has. */
class World {
  readonly provider = new Provider();
  row = heldOrder();
  /** Requests that were given up waiting for, and may arrive yet, in any order, twice. */
  late: Request[] = [];
  /** Each with the request it is about to make. */
  drivers: { steps: ReturnType<typeof drive>; next: Next }[] = [];

  /** Waiting long enough makes sure that nobody opens the payment any more. */
  mayStillBeOpened(): boolean {
    return this.late.includes('authorise') || this.drivers.some(({ next }) => next.startsWith('authorise'));
  }

  copy(): Order {
    return Object.assign(new Order(), this.row);
  }

  write(order: Order): boolean {
    if (order.fence !== this.row.fence) return false;
    this.row = Object.assign(new Order(), order);
    return true;
  }

  /** What decides without driving: the clock and the buyer. Whoever drives has lost the fence. */
  overrule(change: (order: Order) => void): void {
    const order = this.copy();
    change(order);
    order.fence += 1;
    this.row = order;
  }

  expire(): void {
    if (this.row.canBecome('REJECTED')) this.overrule((order) => order.reject('PAYMENT_EXPIRED', null, NOW));
  }

  cancel(): void {
    if (!this.row.canBecome('CANCELLED')) return;
    this.overrule((order) => Object.assign(order, { status: 'CANCELLED', paymentIntent: 'RETURN' }));
  }
}

function heldOrder(): Order {
  const asked = { userId: 'u', idempotencyKey: 'k', fingerprint: 'f', requestedLines: [], couponId: null };
  const order = Order.place({ ...asked, paymentMethod: 'CARD' });
  order.freeze({ subtotal: TOTAL, discount: 0, total: TOTAL });
  order.paymentIntent = 'AUTHORISE';
  return order;
}

/** Drives the order as the use cases do; between any two steps it may be stopped for good, or for a while. */
function* drive(world: World): Generator<Next, void, void> {
  world.overrule(() => {});
  const order = world.copy();
  yield order.paymentIntent === 'AUTHORISE' ? 'authorise?' : 'status';
  const { status } = world.provider;
  if (order.paymentIntent === 'AUTHORISE') {
    if (status === 'ABSENT') return yield 'authorise';
    order.awaitPayment(NOW);
    world.write(order);
  } else if (order.paymentIntent === 'AWAIT' || order.paymentIntent === 'CAPTURE') {
    const verdict = verdictOn(status);
    if (verdict === 'capture') {
      order.paymentIntent = 'CAPTURE';
      if (world.write(order)) yield 'capture';
    }
    if (verdict === 'complete') order.complete(NOW);
    if (verdict === 'decline' || verdict === 'expire') order.reject(verdict, null, NOW);
    world.write(order);
  } else if (order.paymentIntent === 'RETURN') {
    const action = status === 'ABSENT' ? 'nothing' : returnOf(status);
    if (action !== 'nothing') return yield action;
    if (status === 'ABSENT' && world.mayStillBeOpened()) return;
    order.paymentIntent = null;
    world.write(order);
  }
}

const event = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ what: 'start' as const }) },
  { weight: 8, arbitrary: fc.record({ what: fc.constant('step' as const), who: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('lose' as const), who: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('die' as const), who: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('arrive' as const), which: fc.nat(9), again: fc.boolean() }) },
  { weight: 2, arbitrary: fc.constantFrom({ what: 'pay' as const }, { what: 'decline' as const }) },
  { weight: 1, arbitrary: fc.constantFrom({ what: 'expire' as const }, { what: 'cancel' as const }) },
);

it('ends with the money where the order is, whatever is lost, late, twice, in another order or dies', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60, size: 'max' }), fc.boolean(), (events, isPaid) => {
      const world = new World();
      const { provider, drivers } = world;
      const begin = () => {
        const steps = drive(world);
        const { value } = steps.next();
        if (value) drivers.push({ steps, next: value });
      };
      const step = (who: number, arrives: boolean) => {
        const index = who % Math.max(1, drivers.length);
        const driver = drivers[index];
        if (driver === undefined) return;
        if (driver.next !== 'status' && driver.next !== 'authorise?') {
          if (arrives) provider.request(driver.next);
          else world.late.push(driver.next);
        }
        const { value } = driver.steps.next();
        if (value) driver.next = value;
        else drivers.splice(index, 1);
      };
      for (const one of events) {
        if (one.what === 'start') begin();
        if (one.what === 'step') step(one.who, true);
        if (one.what === 'lose') step(one.who, false);
        if (one.what === 'die') drivers.splice(one.who % Math.max(1, drivers.length), 1);
        if (one.what === 'pay') provider.decide('AUTHORISED');
        if (one.what === 'decline') provider.decide('DECLINED');
        if (one.what === 'expire') world.expire();
        if (one.what === 'cancel') world.cancel();
        if (one.what === 'arrive') {
          const [request] = world.late.splice(one.which % Math.max(1, world.late.length), one.again ? 0 : 1);
          if (request ?? world.late[0]) provider.request(request ?? (world.late[0] as Request));
        }
      }
      // Everything heals: what was late arrives, and drivers drive until nothing is left to do.
      for (const request of world.late.splice(0)) provider.request(request);
      for (let round = 0; world.row.paymentIntent !== null; round++) {
        expect(round).toBeLessThan(20);
        if (round > 5) provider.decide(isPaid ? 'AUTHORISED' : 'DECLINED');
        drivers.length = 0;
        begin();
        while (drivers.length > 0) step(0, true);
      }
      const { status } = world.row;
      seen.add(`${status} with ${provider.status}`);
      expect(provider.captures).toBeLessThanOrEqual(1);
      expect(provider.refunds).toBeLessThanOrEqual(1);
      expect({ status, kept: provider.kept }).toEqual({ status, kept: status === 'COMPLETED' ? TOTAL : 0 });
      expect(['PENDING', 'AUTHORISED']).not.toContain(provider.status);
    }),
    { numRuns: 5_000 },
  );
  // Among them what has to be undone, and what came too late.
  for (const end of [
    'COMPLETED with CAPTURED',
    'CANCELLED with REFUNDED',
    'REJECTED with REFUNDED',
    'CANCELLED with VOIDED',
  ]) {
    expect(seen).toContain(end);
  }
});
