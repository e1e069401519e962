import { UniqueConstraintViolationException } from '@mikro-orm/core';
import { type Database, transactional } from '@shop/subgraph-kit';
import { Coupon } from '../domain/coupon.ts';
import { CouponEvent } from '../domain/coupon-event.ts';
import { NotIssued, refusalFor } from '../domain/issue.errors.ts';
import { databaseTime } from './database-time.ts';
import { earlierCoupons, keyOf, outcomeOf } from './earlier-coupons.ts';
import { type GrantedRequest, type IssuedBatch, type IssueOutcome, issueBatch, NotCounted } from './issue-batch.ts';

const ATTEMPTS = 10;
/** How many of them the batch stays whole in: the next look sees what it met, unless others go on meeting it. */
const WHOLE_ATTEMPTS = 3;
// At the very end: a client's own words may stand before it.
const CODE_TAKEN = /for key '(\w+\.)?coupons_code'$/;

/** The connection was lost at the COMMIT, or a part was committed and another failed: only the table knows what it has. */
export class OutcomeUnknown extends Error {
  constructor(cause: unknown) {
    super('Nobody knows which coupons of a batch were committed.', { cause });
  }
}

/**
 * Commits a batch, in parts where it must: at the cap the first of the batch get what is left; requests that have a coupon
 * by now, of whatever event, are answered, and the others go on without them; where unique keys are met again and again,
 * the batch is halved until one request is alone. Throws OutcomeUnknown, or what kept MySQL from taking any of it.
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
    if (attempt >= WHOLE_ATTEMPTS && batch.length > 1) return commitHalves(database, batch);
    return commitUnrepeated(database, batch, attempt + 1);
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
  const second = await commitRest(database, batch.slice(middle));
  return {
    outcomes: [...first.outcomes, ...second.outcomes],
    generation: Math.max(first.generation, second.generation),
    soldOut: first.soldOut || second.soldOut,
  };
}

/** What is left of a batch of which some have their coupons already: when it fails, they must not hear so. */
async function commitRest(database: Database, rest: readonly GrantedRequest[], attempt = 1): Promise<IssuedBatch> {
  try {
    return await commitBatch(database, rest, attempt);
  } catch (error) {
    throw error instanceof OutcomeUnknown ? error : new OutcomeUnknown(error);
  }
}

/** A batch that met a unique key: of a request that got its coupon elsewhere, or a slot that was taken at the same moment. */
async function commitUnrepeated(
  database: Database,
  batch: readonly GrantedRequest[],
  attempt: number,
): Promise<IssuedBatch> {
  const known = { generation: batch[0]?.terms.generation ?? 0, soldOut: false };
  return commitOthers(database, batch, await earlierOutcomes(database, batch), attempt, known);
}

/** What requests have got by now, by their places in the batch. */
async function earlierOutcomes(
  database: Database,
  batch: readonly GrantedRequest[],
): Promise<Map<number, IssueOutcome>> {
  const requests = batch.map(({ request }) => request);
  const coupons = await earlierCoupons(database.fork(), requests);
  const outcomes = new Map<number, IssueOutcome>();
  requests.forEach((request, i) => {
    const earlier = coupons.get(keyOf(request));
    if (earlier) outcomes.set(i, outcomeOf(earlier, request));
  });
  return outcomes;
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
  const refused = new Map(fresh.slice(left).map((i) => [i, refusal ?? new NotIssued('SOLD_OUT')]));
  const known = { generation: event?.generation ?? 0, soldOut: event?.isSoldOut() ?? false };
  const issued = await commitOthers(database, batch, refused, attempt, known);
  // What was left may have gone to the same request in another process. Should MySQL be away by now, the refusal stands.
  const earlier = await earlierOutcomes(database, batch).catch(() => new Map<number, IssueOutcome>());
  const outcomes = issued.outcomes.map((outcome, i) => {
    const coupon = refused.has(i) ? earlier.get(i) : outcome;
    return coupon instanceof Coupon ? coupon : outcome;
  });
  return { ...issued, outcomes };
}

/** Commits what is not decided yet; `known` is said of the event where that is nothing. */
async function commitOthers(
  database: Database,
  batch: readonly GrantedRequest[],
  decided: ReadonlyMap<number, IssueOutcome>,
  attempt: number,
  known: Omit<IssuedBatch, 'outcomes'>,
): Promise<IssuedBatch> {
  const others = batch.filter((_, i) => !decided.has(i));
  const commit = decided.size > 0 ? commitRest : commitBatch;
  const issued = others.length > 0 ? await commit(database, others, attempt) : { ...known, outcomes: [] };
  const outcomes = [...issued.outcomes];
  return { ...issued, outcomes: batch.map((_, i) => decided.get(i) ?? (outcomes.shift() as IssueOutcome)) };
}
