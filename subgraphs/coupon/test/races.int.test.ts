import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type Clock, DomainError, newId } from '@shop/kernel';
import { createLogger } from '@shop/service-kit';
import { eventually } from '@shop/testkit';
import { createDatabaseClock } from '../src/issuing/database-clock.ts';
import type { IssueRequest } from '../src/issuing/issuer.ts';
import { anIssuer } from './an-issuer.ts';
import { startWorld, type World } from './world.ts';

const USERS = 2_000;
const TOTAL = 100;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** How one request ended. */
interface Ending {
  code: string;
  couponId: string | null;
  tookMs: number;
}

let world: World;
let processes: Awaited<ReturnType<typeof anIssuer>>[];

beforeAll(async () => {
  world = await startWorld();
  processes = [await anIssuer(world), await anIssuer(world)];
});

// Whatever the test before has done to Redis.
beforeEach(() => eventually(() => expect(processes.map(({ redis }) => redis.ready())).toEqual([null, null])));

afterAll(async () => {
  for (const process of processes) await process.close();
  await world.close();
});

/** Asks a process, by turns; a rush reaches both. */
async function ask(request: IssueRequest, turn: number): Promise<Ending> {
  const startedAt = performance.now();
  const ended = (code: string, couponId: string | null = null): Ending => ({
    ...{ code, couponId },
    tookMs: performance.now() - startedAt,
  });
  try {
    const issued = await processes[turn % processes.length]?.issuer.issue(request);
    return ended('ISSUED', issued?.coupon.id);
  } catch (error) {
    return ended(error instanceof DomainError ? error.code : String(error));
  }
}

const aRequest = (eventId: string): IssueRequest => ({ eventId, userId: newId(), requestId: randomUUID() });
const codesOf = (endings: Ending[]) => endings.map(({ code }) => code);
const numberOf = (code: string, endings: Ending[]) => codesOf(endings).filter((other) => other === code).length;
const sequencesOf = async (eventId: string) => (await world.coupons(eventId)).map(({ sequence }) => Number(sequence));
const expectStock = (eventId: string, left: number) =>
  eventually(async () =>
    expect(await world.redis((redis) => redis.get(`event:{${eventId}}:stock`))).toBe(String(left)),
  );
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

/** Everybody asks once, fifty at a time, while something happens in the middle of the sale. */
async function rush(eventId: string, inTheMiddle: () => unknown): Promise<Ending[]> {
  const requests = Array.from({ length: USERS }, () => aRequest(eventId));
  const endings: Ending[] = [];
  let issued = 0;
  let disaster: Promise<unknown> | undefined;
  const row = async (turn: number) => {
    for (let request = requests.pop(); request; request = requests.pop()) {
      const ending = await ask(request, turn);
      endings.push(ending);
      if (ending.couponId !== null) issued++;
      if (issued >= TOTAL / 4) disaster ??= Promise.resolve(inTheMiddle());
    }
  };
  await Promise.all(Array.from({ length: 50 }, (_, turn) => row(turn)));
  await disaster;
  return endings;
}

/** Not one too many and not one too few, whoever was told of a coupon has it, and nobody waited for ever. */
async function expectSoldOnce(eventId: string, endings: Ending[]): Promise<void> {
  const coupons = await world.coupons(eventId);
  expect(new Set(coupons.map(({ user_id }) => user_id)).size).toBe(TOTAL);
  const told = endings.flatMap(({ couponId }) => couponId ?? []);
  expect(told.sort()).toEqual(coupons.map(({ id }) => id).sort());
  expect(numberOf('SOLD_OUT', endings)).toBe(USERS - TOTAL);
  expect(await world.event(eventId)).toMatchObject({ issuedCount: TOTAL, soldOut: true });
  await eventually(async () => expect(await world.published(`coupon.soldout.${eventId}`)).toHaveLength(1), {
    timeoutMs: 20_000,
  });
  expect(Math.max(...endings.map(({ tookMs }) => tookMs))).toBeLessThan(15_000);
}

describe('two thousand users and a hundred coupons', () => {
  it('a hundred get one each, in the order in which they were served', async () => {
    const { id } = await world.aCouponEvent({ totalCount: TOTAL });
    const endings = await Promise.all(Array.from({ length: USERS }, (_, turn) => ask(aRequest(id), turn)));
    await expectSoldOnce(id, endings);
    expect(await sequencesOf(id)).toEqual(upTo(TOTAL));
  });

  it('Redis emptied in the middle', async () => {
    const { id } = await world.aCouponEvent({ totalCount: TOTAL });
    await expectSoldOnce(id, await rush(id, () => world.redis((redis) => redis.flushall())));
  });

  it('Redis killed in the middle, and started again empty', async () => {
    const { id } = await world.aCouponEvent({ totalCount: TOTAL });
    const endings = await rush(id, async () => {
      await world.servers.redis.kill();
      await world.redisIsBack();
    });
    await expectSoldOnce(id, endings);
  });

  it('Redis killed in the middle, for good', async () => {
    const { id } = await world.aCouponEvent({ totalCount: TOTAL });
    const endings = await rush(id, () => world.servers.redis.kill());
    await world.redisIsBack();
    await expectSoldOnce(id, endings);
  });

  it('Redis hung in the middle, and awake again later', async () => {
    const { id } = await world.aCouponEvent({ totalCount: TOTAL });
    const endings = await rush(id, () => world.servers.redis.hang());
    world.servers.redis.wake();
    await expectSoldOnce(id, endings);
    await eventually(async () => expect(codesOf([await ask(aRequest(id), 0)])).toEqual(['SOLD_OUT']));
  });

  it('NATS away: all are sold, and the news follows', async () => {
    const { id } = await world.aCouponEvent({ totalCount: TOTAL });
    await world.servers.nats.stop();
    const endings = await Promise.all(Array.from({ length: USERS }, (_, turn) => ask(aRequest(id), turn)));
    await world.servers.nats.start();
    await expectSoldOnce(id, endings);
  });
});

describe('NATS away when a process starts', () => {
  it('keeps it from nothing but what needs NATS, and that begins when it is there', async () => {
    const event = await world.aCouponEvent();
    await world.servers.nats.stop();
    const [left, stays] = await Promise.all([world.startAnother(), world.startAnother()]);
    expect((await fetch(`${stays.url}/readyz`)).status).toBe(200);
    const { coupon } = await world.issue(await world.aShopper({ url: stays.url }), event.id);
    expect(coupon).not.toBeNull();
    const before = await (await fetch(`${stays.url}/metrics`)).text();
    expect(before).not.toContain('shop_command_seconds');
    await left.close();

    await world.servers.nats.start();
    await eventually(async () => {
      const readiness = await (await fetch(`${stays.url}/readyz`)).json();
      expect(readiness).not.toHaveProperty('degraded.nats');
    });
    const metrics = await (await fetch(`${stays.url}/metrics`)).text();
    for (const part of ['shop_outbox_pending', 'shop_command_seconds']) expect(metrics).toContain(part);
    await stays.close();
  });
});

describe('Redis hung', () => {
  it('costs whoever is in the middle of it a moment, and those who come later next to nothing', async () => {
    const { id } = await world.aCouponEvent({ totalCount: 10_000 });
    await ask(aRequest(id), 0);
    world.servers.redis.hang();
    try {
      const first = await Promise.all(Array.from({ length: 100 }, (_, turn) => ask(aRequest(id), turn)));
      expect(new Set(codesOf(first))).toEqual(new Set(['ISSUED']));
      const later: Ending[] = [];
      for (let turn = 0; turn < 100; turn++) later.push(await ask(aRequest(id), turn));
      expect(new Set(codesOf(later))).toEqual(new Set(['ISSUED']));
      const tookMs = later.map((ending) => ending.tookMs).sort((a, b) => a - b);
      // Less than a silence of Redis that is waited for.
      expect(tookMs[90]).toBeLessThan(500);
    } finally {
      world.servers.redis.wake();
    }
    // It is asked again by itself, counts what it has missed, and gives places in the row.
    await eventually(async () => {
      const { couponId } = await ask(aRequest(id), 0);
      expect((await world.coupons(id)).find((coupon) => coupon.id === couponId)?.sequence).not.toBeNull();
    });
  });
});

describe('one user, fifty requests at once at two processes', () => {
  it.each([1, 3])('gets %i where so many are allowed', async (maxPerUser) => {
    const { id } = await world.aCouponEvent({ maxPerUser });
    const userId = newId();
    const endings = await Promise.all(Array.from({ length: 50 }, (_, turn) => ask({ ...aRequest(id), userId }, turn)));
    expect(numberOf('ISSUED', endings)).toBe(maxPerUser);
    expect(numberOf('PER_USER_LIMIT_REACHED', endings)).toBe(50 - maxPerUser);
    expect((await world.coupons(id)).map(({ slot }) => slot)).toEqual(upTo(maxPerUser));
    expect(await world.event(id)).toMatchObject({ issuedCount: maxPerUser, remainingCount: 100 - maxPerUser });
    await expectStock(id, 100 - maxPerUser);
  });

  it('gets one, and fifty equal answers, when all are the same request', async () => {
    const { id } = await world.aCouponEvent({ maxPerUser: 5 });
    const request = aRequest(id);
    const endings = await Promise.all(Array.from({ length: 50 }, (_, turn) => ask(request, turn)));
    const [coupon] = await world.coupons(id);
    expect(endings.map(({ couponId }) => couponId)).toEqual(Array(50).fill(coupon?.id));
    expect(await world.coupons(id)).toHaveLength(1);
    await expectStock(id, 99);
  });
});

describe('requests that wait for a transaction under way', () => {
  it('share the next one, up to 256 of them', async () => {
    const { id } = await world.aCouponEvent({ totalCount: 1_000 });
    const process = await anIssuer(world);
    const blocker = world.database.fork();
    const issue = () => process.issuer.issue(aRequest(id));
    const batchesUpTo = async (le: number) => {
      const sizes = await process.metrics.registry.getSingleMetric('shop_coupon_batch_size')?.get();
      return sizes?.values.find(({ labels }) => labels.le === le)?.value;
    };
    try {
      await issue();
      await blocker.begin();
      await blocker.execute('SELECT 1 FROM coupon_events WHERE id = ? FOR UPDATE', [id]);
      const first = issue();
      await eventually(async () => expect(await batchesUpTo(1)).toBe(2));
      const others = upTo(256 + 32).map(issue);
      // All have their grants, which this process hears before the answer to this.
      await eventually(async () => expect(await process.redis.get(`event:{${id}}:stock`)).toBe('710'));
      await blocker.rollback();
      await Promise.all([first, ...others]);
      const upToSizes = await Promise.all([1, 32, 64, 128, 256].map(batchesUpTo));
      expect(upToSizes).toEqual([2, 3, 3, 3, 4]);
    } finally {
      if (blocker.isInTransaction()) await blocker.rollback();
      await process.close();
    }
  });
});

describe('a process whose clock is an hour off', () => {
  const at = (minutes: number) => new Date(Date.now() + minutes * MINUTE_MS).toISOString();
  const window = (from: number, to: number) => ({ startsAt: at(from), endsAt: at(to) });

  async function codesWith(clock: Clock, events: { id: string }[]): Promise<string[]> {
    const process = await anIssuer(world, { clock });
    try {
      processes.unshift(process);
      return codesOf(await Promise.all(events.map(({ id }) => ask(aRequest(id), 0))));
    } finally {
      processes.shift();
      await process.close();
    }
  }

  it.each([HOUR_MS, -HOUR_MS])('by %i ms: events open and close by the clock of the database', async (offMs) => {
    const events = [
      await world.aCouponEvent(window(-5, 5)),
      await world.aCouponEvent(window(30, 40)),
      await world.aCouponEvent(window(-40, -30)),
    ];
    const trueNow = Date.now;
    const wrong = jest.spyOn(Date, 'now').mockImplementation(() => trueNow() + offMs);
    const clock = await createDatabaseClock(world.database, createLogger('test', { level: 'silent' }));
    try {
      expect(await codesWith(clock, events)).toEqual(['ISSUED', 'NOT_STARTED', 'ENDED']);
    } finally {
      clock.close();
      wrong.mockRestore();
    }
  });

  it('and that believes it: the table refuses what it lets through', async () => {
    const events = [await world.aCouponEvent(window(30, 90)), await world.aCouponEvent(window(-40, -30))];
    const early = await codesWith({ now: () => new Date(Date.now() + HOUR_MS) }, events.slice(0, 1));
    const late = await codesWith({ now: () => new Date(Date.now() - HOUR_MS / 2 - MINUTE_MS) }, events.slice(1));
    expect([...early, ...late]).toEqual(['NOT_STARTED', 'ENDED']);
    for (const { id } of events) expect(await world.coupons(id)).toEqual([]);
  });
});
