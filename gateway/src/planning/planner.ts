import type { DocumentNode } from 'graphql';
import type { Overrides } from './overrides.ts';
import type { QueryPlan } from './plan.ts';
import type { PlanningQueue } from './planning-queue.ts';

/** What a planner is asked: valid for the supergraph's API, and with nothing in it that the gateway answers itself. */
export interface PlannerInput {
  /** One operation and the fragments it uses. */
  document: DocumentNode;
  /** Its text. */
  text: string;
  overrides: Overrides;
}

/** Decides for one supergraph which fetches answer an operation. */
export interface Planner {
  readonly name: 'hive' | 'apollo';
  /** Resolves once it has read the supergraph; rejects with why it cannot. */
  ready(): Promise<void>;
  /** Rejects with PlanningFailed when it knows no way, or is given up. Never keeps the event loop for long. */
  plan(input: PlannerInput, signal: AbortSignal): Promise<QueryPlan>;
  close(): Promise<void>;
}

/** A planner knows no way to answer an operation. */
export class PlanningFailed extends Error {}

/** The way to answer an operation was not found in time. */
export class PlanningTookTooLong extends PlanningFailed {}

/** A planner whose work is limited in time, and in how much of it is done at once. */
export type LimitedPlanner = Pick<Planner, 'name' | 'ready' | 'close'> & {
  plan(input: PlannerInput): Promise<QueryPlan>;
};

export function limitPlanner(planner: Planner, queue: PlanningQueue, timeoutMs: number): LimitedPlanner {
  return {
    name: planner.name,
    ready: planner.ready,
    plan: (input) =>
      queue.run(async () => {
        await planner.ready();
        const signal = AbortSignal.timeout(timeoutMs);
        try {
          return await planner.plan(input, signal);
        } catch (cause) {
          throw signal.aborted ? new PlanningTookTooLong('Planning took too long.', { cause }) : cause;
        }
      }),
    close: planner.close,
  };
}
