import type { RequestContext } from '../request-context.ts';
import type { FieldErrors } from './field-errors.ts';
import type { CallSubgraph } from './subgraphs/subgraph-call.ts';
import type { Data } from './tree/data.ts';
import type { SharedObjects } from './tree/shared-objects.ts';

/** One execution of a compiled operation: all that changes while it goes on. */
export interface Run {
  /** The tree that fetches are merged into. */
  root: Data;
  /** As the client sent them, which is how subgraphs get them. */
  variables: Readonly<Record<string, unknown>>;
  /** With the operation's defaults, for `@skip` and `@include`. */
  coerced: Readonly<Record<string, unknown>>;
  context: RequestContext;
  call: CallSubgraph;
  /** By `performance.now()`: no subgraph is waited for any longer. */
  endsAt: number;
  shared: SharedObjects;
  errors: FieldErrors;
}

/** A part of a plan, ready to be run. */
export type Step = (run: Run) => Promise<void>;
