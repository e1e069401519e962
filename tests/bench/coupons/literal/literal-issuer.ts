import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { CouponIssued } from '@shop/contracts';
import { type Clock, newId } from '@shop/kernel';
import type { Bus } from '@shop/messaging';
import type { RedisConnection } from '@shop/redis';
import type { Database } from '@shop/subgraph-kit';
import type { Coupon } from '../../../../subgraphs/coupon/src/domain/coupon.ts';
import type { CouponEvent } from '../../../../subgraphs/coupon/src/domain/coupon-event.ts';
import type { IssueRequest, Issuer } from '../../../../subgraphs/coupon/src/issuing/issuer.ts';
import { couponModule } from './built-coupon.ts';

const LOCK_MS = 5_000;
// Two hundred who try this often find the lock free at once, and leave the processor to the one who holds it.
const SHORTEST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 60;
const UNLOCK = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`;

type Terms = Pick<CouponEvent, 'id' | 'codePrefix' | 'endedAt' | 'maxPerUser' | 'discountType' | 'discountValue'> &
  Pick<CouponEvent, 'minPurchaseAmount' | 'validDays'> & { startsAt: string; endsAt: string };

type LiteralIssuer = Pick<Issuer, 'issue' | 'eventChanged'>;

export interface LiteralIssuerOptions {
  database: Database;
  redis: RedisConnection;
  bus: Bus;
  clock: Clock;
}

/**
 * Issues as the sources of this design describe it: the event's state from a cache, then under `event:{id}:lock` (5 s)
 * DECR, one transaction with the coupon, the cache, the broker, unlock. Nothing in it is slower than it has to be: its
 * statements are the shortest that do, a publication is not waited for, and whoever waits for the lock tries again soon.
 */
export async function createLiteralIssuer({
  database,
  redis,
  bus,
  clock,
}: LiteralIssuerOptions): Promise<LiteralIssuer> {
  const { Coupon } = await couponModule('domain/coupon');
  const { couponCode } = await couponModule('domain/coupon-code');
  const { NotIssued, refusalFor } = await couponModule('domain/issue.errors');
  const { statusOf } = await couponModule('domain/window');

  async function issueCoupon(request: IssueRequest): Promise<Coupon> {
    const { info, stock, lock } = keysOf(request.eventId);
    const [cached, left] = await redis.mget(info, stock);
    if (cached == null) throw new NotIssued('COUPON_EVENT_NOT_FOUND');
    const terms: Terms = JSON.parse(cached);
    const window = { startsAt: new Date(terms.startsAt), endsAt: new Date(terms.endsAt), endedAt: terms.endedAt };
    const refusal = refusalFor(statusOf(window, clock.now()));
    if (refusal !== null) throw refusal;
    if (Number(left) <= 0) throw new NotIssued('SOLD_OUT');

    const owner = await waitFor(lock);
    try {
      if ((await redis.decr(stock)) < 0) {
        await redis.incr(stock);
        throw new NotIssued('SOLD_OUT');
      }
      const coupon = await insert(request, terms).catch(async (error: unknown) => {
        await redis.incr(stock);
        throw error;
      });
      await redis.hset(keysOf(request.eventId).users, request.userId, coupon.id);
      publish(coupon);
      return coupon;
    } finally {
      await redis.eval(UNLOCK, 1, lock, owner);
    }
  }

  async function waitFor(lock: string): Promise<string> {
    const owner = randomUUID();
    while ((await redis.set(lock, owner, 'PX', LOCK_MS, 'NX')) !== 'OK') {
      await pause(SHORTEST_PAUSE_MS + Math.random() * (LONGEST_PAUSE_MS - SHORTEST_PAUSE_MS));
    }
    return owner;
  }

  function insert({ eventId, userId, requestId }: IssueRequest, terms: Terms): Promise<Coupon> {
    return database.fork().transactional(async (em) => {
      const [held] = await em.execute<{ coupons: number }[]>(
        'SELECT COUNT(*) AS coupons FROM coupons WHERE event_id = ? AND user_id = ?',
        [eventId, userId],
      );
      const slot = Number(held?.coupons) + 1;
      if (slot > terms.maxPerUser) throw new NotIssued('PER_USER_LIMIT_REACHED');
      const { discountType, discountValue, minPurchaseAmount, validDays } = terms;
      const coupon = Coupon.issued({
        ...{ id: newId(), eventId, userId, requestId, slot, sequence: null, issuedAt: clock.now() },
        ...{ code: couponCode(terms.codePrefix), discountType, discountValue, minPurchaseAmount, validDays },
      });
      await em.execute(
        `INSERT INTO coupons (id, event_id, user_id, slot, code, request_id, discount_type, discount_value,
           min_purchase_amount, issued_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        [
          ...[coupon.id, eventId, userId, slot, coupon.code, requestId, discountType, discountValue],
          ...[minPurchaseAmount, coupon.issuedAt, coupon.expiresAt],
        ],
      );
      await em.execute('UPDATE coupon_events SET issued_count = issued_count + 1 WHERE id = ?', [eventId]);
      return coupon;
    });
  }

  /** Into the stream where the outbox would put it too. */
  function publish({ id, eventId, userId, code, discountValue, issuedAt }: Coupon): void {
    const time = issuedAt.toISOString();
    const { type, source } = CouponIssued;
    const data = { userId, couponId: id, eventId, couponCode: code, discountValue, issuedAt: time };
    const envelope = { specversion: '1.0', id: newId(), source, type, subject: userId, time, data };
    bus.connection.publish(CouponIssued.wireSubject(userId), JSON.stringify(envelope));
  }

  return {
    issue: async (request) => ({ coupon: await issueCoupon(request), isReplay: false }),
    async eventChanged(event) {
      const { info, stock } = keysOf(event.id);
      await redis.mset(info, JSON.stringify(event), stock, event.totalCount - event.issuedCount);
    },
  };
}

function keysOf(eventId: string) {
  const key = (name: string) => `event:{${eventId}}:${name}`;
  return { info: key('info'), stock: key('stock'), lock: key('lock'), users: key('users') };
}
