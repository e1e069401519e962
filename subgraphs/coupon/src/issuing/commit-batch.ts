import { UniqueConstraintViolationException } from '@mikro-orm/core';
import { IdempotencyKeyReused } from '@shop/kernel';
import { type Database, transactional } from '@shop/subgraph-kit';
import { Coupon } from '../domain/coupon.ts';
import { CouponEvent } from '../domain/coupon-event.ts';
import { NotIssued, refusalFor } from '../domain/issue.errors.ts';
import { databaseTime } from './database-time.ts';
import { type GrantedRequest, type IssuedBatch, type IssueOutcome, issueBatch, NotCounted } from './issue-batch.ts';

const ATTEMPTS = 10;
// At the very end: a client's own words may stand before it.
const CODE_TAKEN = /for key '(\w+\.)?coupons_code'$/;

/** The connection was lost at the COMMIT, or a part was committed and another failed: only the table knows what it has. */
export class OutcomeUnknown extends Error {
  constructor(cause: unknown) {
    super('Nobody knows which coupons of a batch were committed.', { cause });
  }
}

/**
 * Commits a batch, in parts where it must: at the cap the first of the batch get what is left; around a unique key that
 * two processes met at once it is halved until the one request is alone. Throws OutcomeUnknown, or what kept
 * MySQL from taking any of it.
 */
export async function commitBatch(
  database: Database,
  batch: readonly GrantedRequest[],
  attempt = 1,
): Promise<IssuedBatch> {
  try {
    return await issueInTransaction(database, batch);
  } catch (error) {
    if (attempt >= ATTEMPTS) throw error;
    if (error instanceof NotCounted) return commitWhatIsLeft(database, batch, error.fresh, attempt + 1);
    if (!(error instanceof UniqueConstraintViolationException)) throw error;
    // A code that was drawn before: new ones are drawn.
    if (CODE_TAKEN.test(error.message)) return commitBatch(database, batch, attempt + 1);
    if (batch.length > 1) return commitHalves(database, batch);
    return commitRepeated(database, batch, attempt + 1);
  }
}

async function issueInTransaction(database: Database, batch: readonly GrantedRequest[]): Promise<IssuedBatch> {
  let isCommitting = false;
  try {
    return await transactional(database.fork(), async (em) => {
      isCommitting = false;
      const issued = await issueBatch(em, batch);
      isCommitting = true;
      return issued;
    });
  } catch (error) {
    throw isCommitting ? new OutcomeUnknown(error) : error;
  }
}

async function commitHalves(database: Database, batch: readonly GrantedRequest[]): Promise<IssuedBatch> {
  const middle = Math.ceil(batch.length / 2);
  const first = await commitBatch(database, batch.slice(0, middle));
  const second = await commitBatch(database, batch.slice(middle)).catch((error: unknown) => {
    throw error instanceof OutcomeUnknown ? error : new OutcomeUnknown(error);
  });
  return { ...second, outcomes: [...first.outcomes, ...second.outcomes] };
}

/** One request that met a unique key: the coupon it got elsewhere, or a slot that was taken at the same moment. */
async function commitRepeated(
  database: Database,
  batch: readonly GrantedRequest[],
  attempt: number,
): Promise<IssuedBatch> {
  const em = database.fork();
  for (const { request, terms } of batch) {
    const earlier = await em.findOne(Coupon, { userId: request.userId, requestId: request.requestId });
    if (earlier === null) continue;
    const outcome = earlier.eventId === request.eventId ? earlier : new IdempotencyKeyReused();
    return { outcomes: [outcome], generation: terms.generation, soldOut: false };
  }
  return commitBatch(database, batch, attempt);
}

/** The event did not take the batch: says why, and commits as many, first come first served, as there are coupons left. */
async function commitWhatIsLeft(
  database: Database,
  batch: readonly GrantedRequest[],
  fresh: readonly number[],
  attempt: number,
): Promise<IssuedBatch> {
  const em = database.fork();
  const event = await em.findOne(CouponEvent, { id: batch[0]?.terms.id ?? '' });
  const refusal = refusalFor(event?.status(await databaseTime(em)));
  const left = event !== null && refusal === null ? event.remainingCount() : 0;
  const refused = new Set(fresh.slice(left));
  const kept = batch.filter((_, i) => !refused.has(i));
  const issued: IssuedBatch =
    kept.length > 0
      ? await commitBatch(database, kept, attempt)
      : { outcomes: [], generation: event?.generation ?? 0, soldOut: event?.isSoldOut() ?? false };
  const outcomes = [...issued.outcomes];
  return {
    ...issued,
    outcomes: batch.map(
      (_, i): IssueOutcome =>
        refused.has(i) ? (refusal ?? new NotIssued('SOLD_OUT')) : (outcomes.shift() as IssueOutcome),
    ),
  };
}
