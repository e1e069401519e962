import type { EntityManager } from '@mikro-orm/mysql';
import { CouponIssued, CouponSoldOut } from '@shop/contracts';
import { recordEvent, recordEvents } from '@shop/messaging';
import { Coupon } from '../domain/coupon.ts';
import { couponCode } from '../domain/coupon-code.ts';
import { NotIssued } from '../domain/issue.errors.ts';
import { utc } from './database-time.ts';
import { earlierCoupons, keyOf } from './earlier-coupons.ts';
import type { Grant } from './grants.ts';
import type { IssueTerms } from './issue-terms.ts';
import type { IssueRequest } from './issuer.ts';

/** A request that may have a coupon, as far as Redis knows. All of a batch are for one event. */
export interface GrantedRequest {
  request: IssueRequest;
  terms: IssueTerms;
  grant: Grant;
}

export type IssueOutcome = Coupon | Error;

/** What an event has come to with a batch. */
interface EventState {
  generation: number;
  soldOut: boolean;
}

export interface IssuedBatch extends EventState {
  /** In the order of the requests. */
  outcomes: IssueOutcome[];
}

/** The counter did not take the coupons: the window is closed, or fewer are left than `fresh`. */
export class NotCounted extends Error {
  /** The places, in the batch, of the requests that would have got a new coupon. */
  readonly fresh: number[];

  constructor(fresh: number[]) {
    super('The event did not take a batch of coupons.');
    this.fresh = fresh;
  }
}

interface EventRow {
  title: string;
  issued_count: number;
  total_count: number;
  epoch: number;
  generation: number;
  sold_out_at: string | null;
}

/**
 * Issues a batch in the caller's transaction. The counter comes last: every batch of the event waits for its row, so it
 * is held for as short as can be, and it has the last word on cap and window. Throws NotCounted, or the driver's error
 * when a unique key met a coupon that was not there to be seen yet.
 */
export async function issueBatch(em: EntityManager, batch: readonly GrantedRequest[]): Promise<IssuedBatch> {
  const eventId = batch[0]?.terms.id ?? '';
  const { now, held } = await couponsHeld(em, eventId, batch);
  const { outcomes, fresh } = allot(batch, held, now);
  if (fresh.length === 0) return { outcomes, ...stateOf(await readEvent(em, eventId)) };
  const coupons = fresh.map((i) => outcomes[i] as Coupon);
  await insertCoupons(em, coupons);
  await recordEvents(em, CouponIssued, coupons.map(toIssuedEvent));
  const counted = await count(em, batch, coupons.length, now);
  if (counted === null) throw new NotCounted(fresh);
  // The counter reaches the total in exactly one batch of an epoch.
  if (counted.soldOut) await announceSellOut(em, eventId);
  return { outcomes, ...counted };
}

/** A coupon that a user has of the event; all of it where it was got by a request of the batch. */
interface HeldCoupon {
  slot: number;
  requestId: string;
  coupon?: Coupon | undefined;
}

interface HeldRow {
  now: string;
  user_id: string | null;
  slot: number;
  request_id: string;
}

/** The database's time, and what the users of a batch have of the event. */
async function couponsHeld(
  em: EntityManager,
  eventId: string,
  batch: readonly GrantedRequest[],
): Promise<{ now: Date; held: Map<string, HeldCoupon[]> }> {
  const held = new Map(batch.map(({ request }): [string, HeldCoupon[]] => [request.userId, []]));
  const rows = await em.execute<HeldRow[]>(
    `SELECT clock.now, held.user_id, held.slot, held.request_id
     FROM (SELECT UTC_TIMESTAMP(3) AS now) AS clock
       LEFT JOIN coupons AS held ON held.event_id = ? AND held.user_id IN (?)`,
    [eventId, [...held.keys()]],
  );
  const requests = new Set(batch.map(({ request }) => keyOf(request)));
  const ofUsers = rows.flatMap(({ user_id: userId, slot, request_id: requestId }) =>
    userId === null ? [] : [{ userId, slot, requestId }],
  );
  const repeated = ofUsers.filter((each) => requests.has(keyOf(each)));
  const coupons = await earlierCoupons(em, repeated);
  for (const each of ofUsers) {
    const { userId, slot, requestId } = each;
    held.get(userId)?.push({ slot, requestId, coupon: coupons.get(keyOf(each)) });
  }
  return { now: utc(rows[0]?.now ?? ''), held };
}

/** Finds out who gets what: the coupon this request got before, a new one in the user's lowest free slot, or none. */
function allot(
  batch: readonly GrantedRequest[],
  held: Map<string, HeldCoupon[]>,
  issuedAt: Date,
): { outcomes: IssueOutcome[]; fresh: number[] } {
  const fresh: number[] = [];
  const outcomes = batch.map(({ request, terms, grant }, i): IssueOutcome => {
    const mine = held.get(request.userId) ?? [];
    const earlier = mine.find(({ requestId }) => requestId === request.requestId)?.coupon;
    if (earlier) return earlier;
    const slot = lowestFreeSlot(mine);
    if (slot > terms.maxPerUser) return new NotIssued('PER_USER_LIMIT_REACHED');
    const { discountType, discountValue, minPurchaseAmount, validDays } = terms;
    const coupon = Coupon.issued({
      ...{ id: grant.couponId, ...request, slot, issuedAt, sequence: grant.sequence },
      ...{ code: couponCode(terms.codePrefix), discountType, discountValue, minPurchaseAmount, validDays },
    });
    mine.push({ slot, requestId: request.requestId, coupon });
    fresh.push(i);
    return coupon;
  });
  return { outcomes, fresh };
}

function lowestFreeSlot(coupons: readonly HeldCoupon[]): number {
  const taken = new Set(coupons.map(({ slot }) => slot));
  let slot = 1;
  while (taken.has(slot)) slot++;
  return slot;
}

async function insertCoupons(em: EntityManager, coupons: readonly Coupon[]): Promise<void> {
  await em.execute(
    `INSERT INTO coupons (id, event_id, user_id, slot, code, request_id, sequence, discount_type, discount_value,
       min_purchase_amount, issued_at, expires_at)
     VALUES ${coupons.map(() => '(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)').join(', ')}`,
    coupons.flatMap((coupon) => [
      ...[coupon.id, coupon.eventId, coupon.userId, coupon.slot, coupon.code, coupon.requestId, coupon.sequence],
      ...[coupon.discountType, coupon.discountValue, coupon.minPurchaseAmount, coupon.issuedAt, coupon.expiresAt],
    ]),
    'run',
  );
}

function toIssuedEvent({ id, eventId, userId, code, discountValue, issuedAt }: Coupon) {
  const data = { userId, couponId: id, eventId, couponCode: code, discountValue, issuedAt: issuedAt.toISOString() };
  return { subject: userId, data, time: issuedAt };
}

/** What the event has come to, which this statement says itself; null when the window is closed or the cap would be passed. */
async function count(
  em: EntityManager,
  batch: readonly GrantedRequest[],
  coupons: number,
  issuedAt: Date,
): Promise<EventState | null> {
  // A grant that Redis did not give, or keys that have been replaced, are missing in what Redis counts: the generation
  // passes, and the keys are made anew.
  const generation = Math.min(...batch.map(({ grant }) => grant.generation ?? 0));
  // Assignments run from left to right, so the later ones see the new count. LAST_INSERT_ID(x) is x, and comes back with
  // the answer: to read the row again would hold it for another round trip.
  const { affectedRows, insertId } = await em.execute<{ affectedRows: number; insertId: number }>(
    `UPDATE coupon_events
     SET issued_count = issued_count + ?,
       sold_out_epoch = IF(issued_count = total_count, epoch, sold_out_epoch),
       generation = IF(generation = ?, generation, generation + 1),
       sold_out_at = IF(LAST_INSERT_ID(2 * generation + (issued_count = total_count)) % 2 = 1, UTC_TIMESTAMP(3), NULL)
     WHERE id = ? AND issued_count + ? <= total_count
       AND ended_at IS NULL AND starts_at <= ? AND ends_at > UTC_TIMESTAMP(3)`,
    [coupons, generation, batch[0]?.terms.id, coupons, issuedAt],
    'run',
  );
  return affectedRows === 0 ? null : { generation: Math.floor(insertId / 2), soldOut: insertId % 2 === 1 };
}

function stateOf({ issued_count, total_count, generation }: EventRow): EventState {
  return { generation: Number(generation), soldOut: issued_count >= total_count };
}

async function readEvent(em: EntityManager, eventId: string): Promise<EventRow> {
  const [row] = await em.execute<EventRow[]>(
    'SELECT title, issued_count, total_count, epoch, generation, sold_out_at FROM coupon_events WHERE id = ?',
    [eventId],
  );
  if (row === undefined) throw new NotIssued('COUPON_EVENT_NOT_FOUND');
  return row;
}

async function announceSellOut(em: EntityManager, eventId: string): Promise<void> {
  const { title, epoch, sold_out_at } = await readEvent(em, eventId);
  const soldOutAt = utc(sold_out_at ?? '').toISOString();
  await recordEvent(em, CouponSoldOut, {
    subject: eventId,
    aggregateVersion: epoch,
    data: { eventId, eventTitle: title, epoch, soldOutAt },
  });
}
