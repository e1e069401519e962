import type { DocumentNode } from 'graphql';
import type { ClientNames } from './client-names.ts';
import type { QueryPlan } from './plan.ts';

/** An operation and how it is answered. */
export interface PlannedOperation {
  /** The operation alone, with its fragments; some response names differ from the client's. */
  document: DocumentNode;
  clientNames: ClientNames;
  /** Brings all of the document but what the gateway answers: the root's `__typename`, `__schema` and `__type`. */
  plan: QueryPlan;
  /** Null where nothing is fetched. */
  plannedBy: 'hive' | 'apollo' | null;
}
