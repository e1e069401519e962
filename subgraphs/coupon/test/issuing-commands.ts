import { expect } from '@jest/globals';
import { DomainError, newId } from '@shop/kernel';
import { eventually } from '@shop/testkit';
import fc from 'fast-check';
import { Coupon } from '../src/domain/coupon.ts';
import { commitBatch } from '../src/issuing/commit-batch.ts';
import type { IssueOutcome } from '../src/issuing/issue-batch.ts';
import type { IssueRequest } from '../src/issuing/issuer.ts';
import { keysOf } from '../src/issuing/redis-keys.ts';
import { reviewEvent } from '../src/issuing/review.ts';
import { confirmCoupon } from '../src/use-cases/confirm-coupon.ts';
import { holdCoupon } from '../src/use-cases/hold-coupon.ts';
import { releaseCoupon } from '../src/use-cases/release-coupon.ts';
import { restoreCoupon } from '../src/use-cases/restore-coupon.ts';
import { expectSound, heldBy, isRebuilt, isRecounted, type Model, type Real } from './issuing-model.ts';

type Command = fc.AsyncCommand<Model, Real>;

/** Every command ends with a look at all that has to be true. */
function command(
  name: string,
  run: (model: Model, real: Real) => Promise<void>,
  check: (model: Readonly<Model>) => boolean = () => true,
): Command {
  return {
    check,
    toString: () => name,
    async run(model, real) {
      await run(model, real);
      await expectSound(model, real);
    },
  };
}

interface Ask {
  process: number;
  user: number;
  request: number;
}

const ask = fc.record({ process: fc.nat(1), user: fc.nat(3), request: fc.nat(2) });
const show = ({ process, user, request }: Ask) => `process ${process}: user ${user}, request ${request}`;
const keyOf = ({ userId, requestId }: IssueRequest) => `${userId}:${requestId}`;

function requestOf({ users, eventId }: Real, { user, request }: Pick<Ask, 'user' | 'request'>): IssueRequest {
  return { eventId, userId: users[user] ?? '', requestId: `r${request}` };
}

/** Notes a coupon, or checks that the refusal is true. To be called for refusals after all coupons are noted. */
function judge(model: Model, request: IssueRequest, outcome: IssueOutcome): void {
  const key = keyOf(request);
  const earlier = model.coupons.get(key);
  if (outcome instanceof Coupon) {
    if (earlier === undefined) expect(model.ended).toBe(false);
    expect(outcome.id).toBe(earlier ?? outcome.id);
    model.coupons.set(key, outcome.id);
    return;
  }
  const code = outcome instanceof DomainError ? outcome.code : String(outcome);
  if (earlier !== undefined && !model.unseen.has(key)) throw new Error(`A request sent again got ${code}.`);
  const isTrue = {
    SOLD_OUT: model.coupons.size + model.lost.size >= model.total || performance.now() < model.flagsLagUntil,
    // Of a user's several at once, one may have had the grant that the table then refused, as all were gone.
    PER_USER_LIMIT_REACHED: heldBy(model, request.userId) >= model.perUser || model.coupons.size >= model.total,
    ENDED: model.ended,
  }[code];
  if (!isTrue) throw new Error(`${code}, with ${model.coupons.size} of ${model.total} issued.`, { cause: outcome });
}

const issue = fc.array(ask, { minLength: 1, maxLength: 6 }).map((asks) =>
  command(`issue at once (${asks.map(show).join('; ')})`, async (model, real) => {
    const answers = await Promise.all(
      asks.map(async (each) => {
        const request = requestOf(real, each);
        const issued = real.processes.issuers[each.process]?.issuer.issue(request);
        const outcome = await issued?.then(({ coupon }) => coupon).catch((error: Error) => error);
        return { each, request, outcome: outcome as IssueOutcome };
      }),
    );
    if (model.away.size > 0) {
      model.isOneGeneration = false;
      model.broughtBack = null;
    }
    const isCoupon = ({ outcome }: { outcome: IssueOutcome }) => outcome instanceof Coupon;
    for (const { each, request, outcome } of answers.filter(isCoupon)) {
      if (model.away.has(each.process) && !model.coupons.has(keyOf(request))) model.unseen.add(keyOf(request));
      judge(model, request, outcome);
    }
    for (const { request, outcome } of answers.filter((answer) => !isCoupon(answer))) judge(model, request, outcome);
  }),
);

const replay = fc.record({ process: fc.nat(1), which: fc.nat(20) }).map(({ process, which }) =>
  command(
    `send again, process ${process}, the ${which}th`,
    async (model, { processes, eventId }) => {
      const known = [...model.coupons.entries()].filter(([key]) => !model.unseen.has(key));
      const [key, id] = known[which % known.length] ?? [];
      if (key === undefined) return;
      const [userId = '', requestId = ''] = key.split(':');
      const issued = await processes.issuers[process]?.issuer.issue({ eventId, userId, requestId });
      expect(issued?.coupon.id).toBe(id);
    },
    (model) => model.coupons.size > model.unseen.size,
  ),
);

const raise = fc.integer({ min: 1, max: 3 }).map((more) =>
  command(
    `an ADMIN adds ${more}`,
    async (model, { world, processes, eventId }) => {
      const { data } = await world.update({ id: eventId, totalCount: model.total + more });
      expect(data?.updateCouponEvent.userErrors).toEqual([]);
      await Promise.all(processes.issuers.map(({ issuer }) => issuer.restocked(eventId)));
      model.total += more;
      model.isSoldOut = false;
      isRebuilt(model);
    },
    (model) => !model.ended,
  ),
);

const end = fc.constant(
  command(
    'an ADMIN ends the event',
    async (model, { world, eventId }) => {
      const { data } = await world.update({ id: eventId, ended: true });
      expect(data?.updateCouponEvent.userErrors).toEqual([]);
      model.ended = true;
      isRebuilt(model);
    },
    (model) => !model.ended,
  ),
);

const KEYS = ['generation', 'stock', 'users', 'requests', 'sequence', 'log', 'info'] as const;
const loseKeys = fc.subarray([...KEYS], { minLength: 1 }).map((names) =>
  command(`Redis loses ${names.join(', ')}`, async (model, { processes, eventId }) => {
    const keys = keysOf(eventId);
    await processes.redis.del(...names.map((name) => keys[name]));
    if (names.join() === 'info') return;
    model.isOneGeneration = false;
    // A request that was answered before looks into `requests` alone: only one that wants a new coupon misses the others.
    const unseen = names.includes('requests') ? [] : [...model.unseen];
    isRebuilt(model);
    for (const key of unseen) model.unseen.add(key);
  }),
);

const loseGrant = ask.map((each) =>
  command(`a process dies with the grant of ${show(each)}`, async (model, real) => {
    const { processes, eventId } = real;
    const request = requestOf(real, each);
    const reply = await processes.grants.ask(await processes.currentTerms(eventId), request);
    if (reply.kind === 'GRANTED') model.lost.set(reply.grant.couponId, request.userId);
  }),
);

const commitLate = ask.map((each) =>
  command(
    `a process commits late, its keys made anew, and dies (${show(each)})`,
    async (model, real) => {
      const { processes, eventId, world } = real;
      const request = requestOf(real, each);
      const terms = await processes.currentTerms(eventId);
      const reply = await processes.grants.ask(terms, request);
      if (reply.kind !== 'GRANTED') return;
      const { grant } = reply;
      await processes.redis.flushall();
      await processes.rebuild(eventId);
      const before = await reviewEvent(processes.redis, eventId, { lateAfterSeconds: 0, atMost: 1 });
      expect(await processes.grants.ask(terms, request)).toMatchObject({ kind: 'FENCED' });
      await processes.grants.giveBack(request, grant, 'REFUSED');
      expect(await reviewEvent(processes.redis, eventId, { lateAfterSeconds: 0, atMost: 1 })).toEqual(before);

      isRebuilt(model);
      model.isOneGeneration = false;
      const { outcomes } = await commitBatch(world.database, [{ request, terms, grant }]);
      if (!model.coupons.has(keyOf(request))) model.unseen.add(keyOf(request));
      judge(model, request, outcomes[0] as IssueOutcome);
    },
    (model) => !model.ended,
  ),
);

const wire = fc.nat(1).map((process) =>
  command(`process ${process} loses Redis, or has it back`, async (model, { processes }) => {
    const [wire, issuer] = [processes.wires[process], processes.issuers[process]];
    if (model.away.delete(process)) {
      wire?.mend();
      await eventually(() => expect(issuer?.redis.ready()).toBeNull(), { everyMs: 5 });
    } else {
      model.away.add(process);
      wire?.cut();
      await eventually(() => expect(issuer?.redis.ready()).not.toBeNull(), { everyMs: 5 });
    }
  }),
);

/** ACTIVE → HELD → USED → ACTIVE, or back from HELD; and another order never gets a coupon that one has. */
const use = fc.record({ which: fc.nat(20), isPaid: fc.boolean() }).map(({ which, isPaid }) =>
  command(
    `the ${which}th coupon goes on, ${isPaid ? 'paid' : 'not paid'}`,
    async (model, { world }) => {
      const [key = '', couponId = ''] = [...model.coupons.entries()][which % model.coupons.size] ?? [];
      const [userId = ''] = key.split(':');
      const ctx = { em: world.database.fork() };
      const order = (orderId: string) => ({ orderId, userId, couponId, subtotal: 10_000, expiresInSeconds: 600 });
      const { status = 'ACTIVE', orderId = newId() } = model.used.get(couponId) ?? {};
      if (status !== 'ACTIVE') {
        expect(await holdCoupon(ctx, order(newId()))).toMatchObject({ outcome: 'REFUSED' });
      }
      if (status === 'ACTIVE') expect(await holdCoupon(ctx, order(orderId))).toMatchObject({ outcome: 'HELD' });
      else if (status === 'USED') expect(await restoreCoupon(ctx, { orderId })).toBe('RESTORED');
      else if (isPaid) expect(await confirmCoupon(ctx, { orderId })).toBe('CONFIRMED');
      else expect(await releaseCoupon(ctx, { orderId })).toBe('RELEASED');
      const next = status === 'ACTIVE' ? 'HELD' : status === 'HELD' && isPaid ? 'USED' : 'ACTIVE';
      if (next === 'ACTIVE') model.used.delete(couponId);
      else model.used.set(couponId, { status: next, orderId });
    },
    (model) => model.coupons.size > 0,
  ),
);

/** Afterwards nothing is lost any more, and Redis counts like the table. */
export const reconcile = command('lost grants are brought back', async (model, { processes, eventId }) => {
  await eventually(async () => {
    await processes.reconcile();
    const review = await reviewEvent(processes.redis, eventId, { lateAfterSeconds: 0, atMost: 1 });
    // Keys that are missing are made anew when somebody asks.
    if (review !== null) expect(review).toMatchObject({ stock: model.total - model.coupons.size, open: 0 });
  });
  if (model.broughtBack !== null) model.broughtBack += model.lost.size;
  isRecounted(model);
});

export const anything = [
  ...[issue, issue, issue, replay, raise, end, loseKeys, loseGrant, commitLate, wire, use],
  fc.constant(reconcile),
];
