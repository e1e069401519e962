import type { EntityManager } from '@mikro-orm/mysql';
import { CouponIssued, CouponSoldOut } from '@shop/contracts';
import { recordEvent, recordEvents } from '@shop/messaging';
import { Coupon } from '../domain/coupon.ts';
import { couponCode } from '../domain/coupon-code.ts';
import { NotIssued } from '../domain/issue.errors.ts';
import { databaseTime, utc } from './database-time.ts';
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

export interface IssuedBatch {
  /** In the order of the requests. */
  outcomes: IssueOutcome[];
  generation: number;
  soldOut: boolean;
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
  const issuedAt = await databaseTime(em);
  const { outcomes, fresh } = allot(batch, await couponsHeld(em, eventId, batch), issuedAt);
  if (fresh.length > 0) {
    const coupons = fresh.map((i) => outcomes[i] as Coupon);
    await insertCoupons(em, coupons);
    await recordEvents(em, CouponIssued, coupons.map(toIssuedEvent));
    if (!(await count(em, batch, coupons.length, issuedAt))) throw new NotCounted(fresh);
  }
  const event = await readEvent(em, eventId);
  const soldOut = event.issued_count >= event.total_count;
  // The counter reaches the total in exactly one batch of an epoch.
  if (soldOut && fresh.length > 0) await announceSellOut(em, eventId, event);
  return { outcomes, generation: Number(event.generation), soldOut };
}

async function couponsHeld(
  em: EntityManager,
  eventId: string,
  batch: readonly GrantedRequest[],
): Promise<Map<string, Coupon[]>> {
  const held = new Map(batch.map(({ request }): [string, Coupon[]] => [request.userId, []]));
  const coupons = await em.find(Coupon, { eventId, userId: { $in: [...held.keys()] } });
  for (const coupon of coupons) held.get(coupon.userId)?.push(coupon);
  return held;
}

/** Finds out who gets what: the coupon this request got before, a new one in the user's lowest free slot, or none. */
function allot(
  batch: readonly GrantedRequest[],
  held: Map<string, Coupon[]>,
  issuedAt: Date,
): { outcomes: IssueOutcome[]; fresh: number[] } {
  const fresh: number[] = [];
  const outcomes = batch.map(({ request, terms, grant }, i): IssueOutcome => {
    const mine = held.get(request.userId) ?? [];
    const earlier = mine.find((coupon) => coupon.requestId === request.requestId);
    if (earlier) return earlier;
    const slot = lowestFreeSlot(mine);
    if (slot > terms.maxPerUser) return new NotIssued('PER_USER_LIMIT_REACHED');
    const { discountType, discountValue, minPurchaseAmount, validDays } = terms;
    const coupon = Coupon.issued({
      ...{ id: grant.couponId, ...request, slot, issuedAt, sequence: grant.sequence },
      ...{ code: couponCode(terms.codePrefix), discountType, discountValue, minPurchaseAmount, validDays },
    });
    mine.push(coupon);
    fresh.push(i);
    return coupon;
  });
  return { outcomes, fresh };
}

function lowestFreeSlot(coupons: readonly Coupon[]): number {
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

/** False when the window is closed or the cap would be passed. */
async function count(
  em: EntityManager,
  batch: readonly GrantedRequest[],
  coupons: number,
  issuedAt: Date,
): Promise<boolean> {
  // A grant that Redis did not give, or keys that have been replaced, are missing in what Redis counts: the generation
  // passes, and the keys are made anew.
  const generation = Math.min(...batch.map(({ grant }) => grant.generation ?? 0));
  // Assignments run from left to right, so the later ones see the new count.
  const { affectedRows } = await em.execute<{ affectedRows: number }>(
    `UPDATE coupon_events
     SET issued_count = issued_count + ?,
       sold_out_epoch = IF(issued_count = total_count, epoch, sold_out_epoch),
       sold_out_at = IF(issued_count = total_count, UTC_TIMESTAMP(3), NULL),
       generation = IF(generation = ?, generation, generation + 1)
     WHERE id = ? AND issued_count + ? <= total_count
       AND ended_at IS NULL AND starts_at <= ? AND ends_at > UTC_TIMESTAMP(3)`,
    [coupons, generation, batch[0]?.terms.id, coupons, issuedAt],
    'run',
  );
  return affectedRows > 0;
}

async function readEvent(em: EntityManager, eventId: string): Promise<EventRow> {
  const [row] = await em.execute<EventRow[]>(
    'SELECT title, issued_count, total_count, epoch, generation, sold_out_at FROM coupon_events WHERE id = ?',
    [eventId],
  );
  if (row === undefined) throw new NotIssued('COUPON_EVENT_NOT_FOUND');
  return row;
}

async function announceSellOut(em: EntityManager, eventId: string, event: EventRow): Promise<void> {
  const { title, epoch, sold_out_at } = event;
  const soldOutAt = utc(sold_out_at ?? '').toISOString();
  await recordEvent(em, CouponSoldOut, {
    subject: eventId,
    aggregateVersion: epoch,
    data: { eventId, eventTitle: title, epoch, soldOutAt },
  });
}
