import { DomainError, RateLimited } from '@shop/kernel';
import { failPoint, type Metrics } from '@shop/service-kit';
import type { Database } from '@shop/subgraph-kit';
import { Coupon } from '../domain/coupon.ts';
import { createBatcher } from './batcher.ts';
import type { CatchUp } from './catch-up.ts';
import { commitBatch, OutcomeUnknown } from './commit-batch.ts';
import type { Grants } from './grants.ts';
import type { GrantedRequest, IssuedBatch, IssueOutcome } from './issue-batch.ts';
import { lookUpBatch } from './look-up-batch.ts';
import type { SoldOutFlags } from './sold-out-flags.ts';
import type { TermsCache } from './terms-cache.ts';

// Without Redis everybody comes this far: the numbers say how many of them a process lets in, of one event and in all.
const BATCH = { maxSize: 256, maxWaitMs: 3, maxWaiting: 5_000, maxWaitingInAll: 10_000 };
const SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256];

export interface IssueQueueOptions {
  database: Database;
  grants: Grants;
  catchUp: CatchUp;
  terms: TermsCache;
  flags: SoldOutFlags;
  metrics: Metrics;
}

export interface IssueQueue {
  /** Resolves after the commit; throws what the table says, and RateLimited when too many wait for it. */
  add(granted: GrantedRequest): Promise<Coupon>;
  close(): Promise<void>;
}

/** Takes granted requests to the table in batches, and what the table refuses back to Redis. */
export function createIssueQueue(options: IssueQueueOptions): IssueQueue {
  const { database, grants, catchUp, terms, flags, metrics } = options;
  const sizes = metrics.histogram('shop_coupon_batch_size', 'Requests per transaction', [], SIZES);

  async function run(batch: GrantedRequest[]): Promise<IssueOutcome[]> {
    sizes.observe(batch.length);
    failPoint('coupon.granted');
    const issued = await commit(batch);
    failPoint('coupon.issued');
    await settle(batch, issued);
    return issued.outcomes;
  }

  async function commit(batch: GrantedRequest[]): Promise<IssuedBatch> {
    try {
      return await commitBatch(database, batch);
    } catch (error) {
      if (error instanceof OutcomeUnknown) return askTheTable(batch, error);
      await Promise.all(batch.map(({ request, grant }) => grants.giveBack(request, grant, 'REFUSED')));
      throw error;
    }
  }

  /**
   * Where the table cannot be asked either, grants stay: the same request, sent again soon, goes on with its own; what
   * nobody asks for again is brought back by `reconcile`.
   */
  async function askTheTable(batch: GrantedRequest[], unknown: OutcomeUnknown): Promise<IssuedBatch> {
    const failure = unknown.cause instanceof Error ? unknown.cause : unknown;
    return lookUpBatch(database, batch, failure).catch(() => {
      throw failure;
    });
  }

  async function settle(batch: GrantedRequest[], { outcomes, generation, soldOut }: IssuedBatch): Promise<void> {
    const eventId = batch[0]?.request.eventId ?? '';
    if (soldOut) flags.set(eventId);
    const reasons = batch.map(({ grant }, i) => reasonToReturn(outcomes[i], grant.couponId));
    // Nobody waits for this: what stays in the log is found settled a little later.
    void report(
      eventId,
      batch.filter((_, i) => reasons[i] === null),
    );
    await Promise.all(
      batch.map(({ request, grant }, i) => {
        const why = reasons[i];
        return why == null ? null : grants.giveBack(request, grant, why);
      }),
    );
    const known = terms.peek(eventId);
    if (known === undefined || known.generation >= generation) return;
    await catchUp.to(eventId, generation);
  }

  async function report(eventId: string, kept: GrantedRequest[]): Promise<void> {
    const granted = kept.map(({ grant }) => grant);
    if (await grants.settled(eventId, granted)) return;
    // Somebody was faster: the same request in another process, or `reconcile`, which took them for lost.
    if (await grants.areKnown(eventId, kept)) return;
    const generation = Math.max(...granted.map((grant) => grant.generation ?? 0));
    await catchUp.to(eventId, generation + 1);
  }

  const batcher = createBatcher<GrantedRequest, IssueOutcome>({ ...BATCH, run });
  return {
    async add(granted) {
      const { request, grant } = granted;
      const outcome = await batcher.add(request.eventId, granted).catch(async (error: unknown) => {
        if (error instanceof RateLimited) await grants.giveBack(request, grant, 'REFUSED');
        throw error;
      });
      if (outcome instanceof Coupon) return outcome;
      throw outcome;
    },
    close: () => batcher.close(),
  };
}

function reasonToReturn(outcome: IssueOutcome | undefined, couponId: string): 'REFUSED' | 'LIMIT' | 'SOLD_OUT' | null {
  if (outcome instanceof Coupon) return outcome.id === couponId ? null : 'REFUSED';
  const code = outcome instanceof DomainError ? outcome.code : null;
  if (code === 'SOLD_OUT') return 'SOLD_OUT';
  return code === 'PER_USER_LIMIT_REACHED' ? 'LIMIT' : 'REFUSED';
}
