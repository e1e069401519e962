import type { EntityManager } from '@mikro-orm/mysql';
import { newId, systemClock } from '@shop/kernel';
import { createLogger } from '@shop/service-kit';
import type { Database } from '@shop/subgraph-kit';
import { startTestServers, type TestServers, withinTime } from '@shop/testkit';
import fc from 'fast-check';
import type { SagaContext } from '../src/context.ts';
import { openOrderDatabase } from '../src/db/open-order-database.ts';
import { PARTICIPANTS, type Participant } from '../src/domain/holds.ts';
import { Order } from '../src/domain/order.ts';
import { sagaTiming } from '../src/saga-timing.ts';
import { driveOrder } from '../src/use-cases/drive-order.ts';
import { inSeconds, leaseFor, now } from '../src/use-cases/lease.ts';
import { recoverOrders } from '../src/use-cases/recover-orders.ts';
import { createBooks, FATES } from './saga-books.ts';

// The saga's own code on a real database, between participants that keep books, through a network and processes that
// do whatever can go wrong: the order must end, and every book must say the same of it.
let servers: TestServers;
let database: Database;
const log = createLogger('test', { level: 'silent' });
const timing = { ...sagaTiming, holdWithinMs: 130, commandTimeoutMs: 50, settleWithinMs: 50 };

beforeAll(async () => {
  servers = await startTestServers({ database: 'saga' });
  const settings = { DATABASE_URL: servers.databaseUrl, DATABASE_MIGRATE: true, DATABASE_POOL_SIZE: 10 };
  database = await openOrderDatabase({ settings, log });
});
afterAll(async () => {
  await database?.close();
  await servers?.close();
});

const histories = fc.record({
  hasCoupon: fc.boolean(),
  can: fc.record({ stock: mostly(), coupon: mostly(), points: mostly() }),
  /** What becomes of each message, one after the other; afterwards all is well. */
  fates: fc.array(fc.constantFrom(...FATES), { maxLength: 12 }),
  /** After how many awaits each driver dies, the first one and those that take over. */
  deaths: fc.array(fc.nat(18), { maxLength: 3 }),
  isLate: fc.boolean(),
});

/** The first question is late, the second refused; then somebody gives back what the first is granted. */
const refusedThenGranted = {
  ...{ hasCoupon: false, can: { stock: false, coupon: true, points: true } },
  ...{ fates: ['late' as const], deaths: [], isLate: false },
};

function mostly() {
  return fc.oneof({ arbitrary: fc.constant(true), weight: 4 }, { arbitrary: fc.constant(false), weight: 1 });
}

it('ends every order with all books agreed, whatever is lost, late, twice, in another order or dies at any await', async () => {
  await fc.assert(
    fc.asyncProperty(
      histories,
      withinTime(20_000, async ({ hasCoupon, can, fates, deaths, isLate }) => {
        const books = createBooks(can, [...fates]);
        const order = await begin(hasCoupon);
        await live((ctx) => driveOrder(ctx, order), books, deaths[0]);
        for (const death of deaths.slice(1)) {
          await passTime(order.id, isLate);
          books.deliverLate();
          await live((ctx) => recoverOrders(() => ctx, 'others'), books, death);
        }
        await recoverFully(order.id, books, isLate);
        books.deliverLate();

        const { status } = await database.fork().findOneOrFail(Order, { id: order.id });
        expect(['COMPLETED', 'REJECTED']).toContain(status);
        const asked = PARTICIPANTS.filter((participant) => participant !== 'coupon' || hasCoupon);
        for (const participant of asked) {
          const state = books.stateOf(participant, order.id);
          if (status === 'COMPLETED') expect(state).toBe('TAKEN');
          else expect([null, 'RELEASED']).toContain(state);
        }
        expect(books.contradictions).toEqual([]);
        const isRefused = asked.some((participant: Participant) => !can[participant]);
        if (isRefused && deaths.length === 0) expect(status).toBe('REJECTED');
      }),
    ),
    { examples: [[refusedThenGranted]], numRuns: 60 },
  );
}, 60_000);

async function begin(hasCoupon: boolean): Promise<Order> {
  const order = Order.place({
    userId: newId(),
    idempotencyKey: newId(),
    fingerprint: 'f'.repeat(64),
    requestedLines: [{ productId: newId(), quantity: 2 }],
    couponId: hasCoupon ? newId() : null,
    paymentMethod: 'POINTS',
  });
  const lease = leaseFor({ instanceId: newId(), timing } as SagaContext);
  await database.fork().insert(Order, { ...order, createdAt: now(), decideBy: inSeconds(30), ...lease });
  return order;
}

/** Runs a driver until it is done or dies; a dead one never gets its next answer, nor does anything ever again. */
async function live(
  drive: (ctx: SagaContext) => Promise<unknown>,
  { participants }: ReturnType<typeof createBooks>,
  diesAfter = Number.POSITIVE_INFINITY,
): Promise<void> {
  let awaits = 0;
  let die = () => {};
  const death = new Promise<void>((resolve) => {
    die = resolve;
  });
  const mortal = async <A>(work: () => Promise<A>): Promise<A> => {
    await stillAlive();
    const answer = await work();
    await stillAlive();
    return answer;
  };
  async function stillAlive(): Promise<void> {
    if (awaits++ < diesAfter) return;
    die();
    await new Promise(() => {});
  }
  const ctx: SagaContext = {
    em: mortalMethods(database.fork(), ['nativeUpdate', 'findOne', 'find', 'transactional', 'insert'], mortal),
    participants: {
      away: () => null,
      stock: mortalMethods(participants.stock, ['hold', 'confirm', 'release', 'undo'], mortal),
      coupon: mortalMethods(participants.coupon, ['hold', 'confirm', 'release', 'undo'], mortal),
      points: mortalMethods(participants.points, ['hold', 'confirm', 'release', 'undo'], mortal),
    },
    provider: null,
    clock: systemClock,
    log,
    timing,
    instanceId: newId(),
  };
  await Promise.race([death, drive(ctx).catch(() => undefined)]);
}

/** The same object, but each of these methods may be where its process dies: before its effect, or after it. */
function mortalMethods<T extends object>(
  target: T,
  methods: readonly string[],
  mortal: <A>(work: () => Promise<A>) => Promise<A>,
): T {
  return new Proxy(target, {
    get(object, name) {
      const value: unknown = Reflect.get(object, name);
      if (typeof value !== 'function') return value;
      if (!methods.includes(String(name))) return value.bind(object);
      return (...args: unknown[]) => mortal(() => value.apply(object, args));
    },
  });
}

/** The lease of whoever drove is over, and perhaps the time to decide is, too. */
async function passTime(id: string, isLate: boolean): Promise<void> {
  const em: EntityManager = database.fork();
  await em.execute('UPDATE orders SET lease_until = UTC_TIMESTAMP(3) WHERE id = ? AND lease_until IS NOT NULL', [id]);
  if (isLate) await em.execute('UPDATE orders SET decide_by = UTC_TIMESTAMP(3) WHERE id = ?', [id]);
}

async function recoverFully(id: string, books: ReturnType<typeof createBooks>, isLate: boolean): Promise<void> {
  for (let round = 0; round < 30; round++) {
    await passTime(id, isLate);
    books.deliverLate();
    await live((ctx) => recoverOrders(() => ctx, 'others'), books);
    const { leaseUntil } = await database.fork().findOneOrFail(Order, { id });
    if (leaseUntil === null) return;
  }
  throw new Error(`Order ${id} did not end in thirty rounds.`);
}
