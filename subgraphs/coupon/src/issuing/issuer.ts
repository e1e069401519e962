import { type Clock, DomainError } from '@shop/kernel';
import type { RedisConnection } from '@shop/redis';
import type { Logger, Metrics } from '@shop/service-kit';
import type { Database } from '@shop/subgraph-kit';
import { Coupon } from '../domain/coupon.ts';
import type { CouponEvent } from '../domain/coupon-event.ts';
import { NotIssued, refusalFor } from '../domain/issue.errors.ts';
import { statusOf } from '../domain/window.ts';
import { createAdmission, type Rate } from './admission.ts';
import { createCatchUp } from './catch-up.ts';
import { createCouponFinder } from './coupon-finder.ts';
import { keyOf } from './earlier-coupons.ts';
import { createGate } from './gate.ts';
import { createGrants, type Grant } from './grants.ts';
import { createIssueQueue } from './issue-queue.ts';
import { type IssueTerms, termsOf } from './issue-terms.ts';
import { createRebuild } from './rebuild.ts';
import { createReconcile } from './reconcile.ts';
import { createSoldOutFlags } from './sold-out-flags.ts';
import { createTermsCache } from './terms-cache.ts';

export interface IssueRequest {
  eventId: string;
  userId: string;
  /** Unique per user: the same id answers with the same coupon. */
  requestId: string;
}

export interface Issued {
  coupon: Coupon;
  /** The same request got this coupon before. */
  isReplay: boolean;
}

export interface Issuer {
  /** Throws NotIssued, RateLimited, IdempotencyKeyReused. */
  issue(request: IssueRequest, clientAddress?: string): Promise<Issued>;
  /** An ADMIN has made or edited the event, and it is committed; never throws. */
  eventChanged(event: CouponEvent): Promise<void>;
  /** Some process announced that the event is sold out. */
  soldOut(eventId: string): void;
  /** Some process announced that there are coupons again; it may not have lived to rebuild Redis. */
  restocked(eventId: string): Promise<void>;
  /** Brings grants back that never reached the table; true when there is more to do at once. Throws when MySQL or Redis is away. */
  reconcile(): Promise<boolean>;
  /** Waits for the coupons that are being issued. */
  close(): Promise<void>;
}

export interface IssuerOptions {
  database: Database;
  redis: RedisConnection;
  /** The database's time. */
  clock: Clock;
  /** How often one user may ask. */
  rate: Rate;
  /** How often all who share an address may; as often as they like unless told. */
  rateByNetwork?: Rate | null;
  log: Logger;
  metrics: Metrics;
}

/** First come, first served: Redis sheds the load, the database holds the cap, and a request counts once. */
export function createIssuer(options: IssuerOptions): Issuer {
  const { database, redis, clock, log, metrics } = options;
  const outcomes = metrics.counter('shop_coupon_issues_total', 'Requests for a coupon, by how they ended', ['outcome']);
  const beginAdmission = createAdmission(options);
  const coupons = createCouponFinder(database);
  const flags = createSoldOutFlags();
  const terms = createTermsCache({ redis, database, log, metrics });
  const grants = createGrants({ redis, log });
  const rebuild = createRebuild({ redis, database, terms, log });
  const gate = createGate({ grants, rebuild, terms, openTerms });
  const catchUp = createCatchUp({ terms, rebuild });
  const queue = createIssueQueue({ database, grants, catchUp, terms, flags, metrics });
  const running = new Map<string, { eventId: string; issued: Promise<Issued> }>();

  async function issueOnce(request: IssueRequest, clientAddress: string | undefined): Promise<Issued> {
    // The token is asked for together with the look-up, in one write: nearly all who ask are new, and would wait for each.
    const admission = beginAdmission(request.userId);
    const generation = catchUp.generationOf(request.eventId);
    const earlier = await findEarlier(request).catch((error: unknown) => {
      admission.waive();
      throw error;
    });
    if (earlier === null) {
      await admission.admit(clientAddress);
      if (flags.has(request.eventId)) throw new NotIssued('SOLD_OUT');
      const entered = await askTheGate(request).catch((error: unknown) => findMissed(request, generation, error));
      if (entered instanceof Coupon) return { coupon: entered, isReplay: true };
      return { coupon: await queue.add(entered), isReplay: false };
    }
    admission.waive();
    if (earlier instanceof Coupon) return { coupon: earlier, isReplay: true };
    // Granted, but its coupon is not in the table (yet): going on with the grant ends in the same coupon, whoever is first.
    const granted = { request, terms: await openTerms(request.eventId), grant: earlier };
    return { coupon: await queue.add(granted), isReplay: true };
  }

  async function askTheGate(request: IssueRequest) {
    try {
      return await gate.enter(request);
    } catch (error) {
      if (error instanceof NotIssued && error.code === 'SOLD_OUT') flags.set(request.eventId);
      throw error;
    }
  }

  /**
   * What this request got before, sold out or not. Where Redis cannot say, MySQL does. A coupon of another event does
   * not count here: whether the id may be used again is the table's to say, once there is a coupon to be had.
   */
  async function findEarlier(request: IssueRequest): Promise<Coupon | Grant | null> {
    const { eventId } = request;
    const grant = await grants.find(request, catchUp.generationOf(eventId));
    if (grant === null) return null;
    if (grant === 'SUSPECT') void rebuild(eventId);
    const coupon = await coupons.find(request);
    if (coupon !== null) return coupon.eventId === eventId ? coupon : null;
    return typeof grant === 'string' ? null : grant;
  }

  /**
   * Whoever issues past Redis raises the generation. Where it turns out to be higher than when Redis was believed that the
   * request is new, the request is looked for once more before it hears the refusal.
   */
  async function findMissed(request: IssueRequest, generation: number, refusal: unknown): Promise<Coupon> {
    if (!(refusal instanceof NotIssued) || catchUp.generationOf(request.eventId) <= generation) throw refusal;
    const earlier = await findEarlier(request);
    if (earlier instanceof Coupon) return earlier;
    throw refusal;
  }

  /** The terms of an event that is open now; nobody is refused for what a cache says. */
  async function openTerms(eventId: string): Promise<IssueTerms> {
    const isOpen = (found: IssueTerms | null) => found !== null && statusOf(found, clock.now()) === 'ACTIVE';
    let found = await terms.get(eventId);
    if (!isOpen(found)) found = await terms.confirm(eventId);
    const refusal = refusalFor(found === null ? undefined : statusOf(found, clock.now()));
    if (refusal !== null) throw refusal;
    return found as IssueTerms;
  }

  /** The same request sent again while the first is on its way waits for the first. */
  async function issueOrJoin(request: IssueRequest, clientAddress: string | undefined): Promise<Issued> {
    const key = keyOf(request);
    const first = running.get(key);
    if (first?.eventId === request.eventId) return { ...(await first.issued), isReplay: true };
    const issued = issueOnce(request, clientAddress);
    if (first !== undefined) return issued;
    running.set(key, { eventId: request.eventId, issued });
    return issued.finally(() => running.delete(key));
  }

  return {
    async issue(request, clientAddress) {
      try {
        const issued = await issueOrJoin(request, clientAddress);
        outcomes.inc({ outcome: issued.isReplay ? 'REPLAYED' : 'ISSUED' });
        return issued;
      } catch (error) {
        outcomes.inc({ outcome: error instanceof DomainError ? error.code : 'FAILED' });
        throw error;
      }
    },

    async eventChanged(event) {
      flags.drop(event.id);
      await terms.put(termsOf(event));
      await rebuild(event.id);
    },
    soldOut: (eventId) => flags.set(eventId),
    async restocked(eventId) {
      flags.drop(eventId);
      await terms.reload(eventId);
    },
    reconcile: createReconcile({ database, redis, grants, rebuild, log, metrics }),
    close: () => queue.close(),
  };
}
