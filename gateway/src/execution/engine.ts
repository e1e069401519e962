import type { ExecutionResult, GraphQLError } from 'graphql';
import { coerceVariables } from '../errors/bad-variables.ts';
import { asGraphQLError } from '../errors/client-error.ts';
import { operationOf } from '../planning/operation-document.ts';
import type { Costed } from '../planning/plan-cache.ts';
import type { PlannedOperation } from '../planning/planned-operation.ts';
import type { RequestContext } from '../request-context.ts';
import type { Supergraph } from '../supergraph/supergraph.ts';
import { compileForApollo } from './apollo-reference.ts';
import { compileOperation, type WrittenAnswer } from './compile.ts';
import type { LaterParts } from './deferred/send-later.ts';
import type { CallSubgraph } from './subgraphs/subgraph-call.ts';

/** What turns planned operations into functions that answer them. */
export interface Engine {
  /** Whether it answers in parts what was prepared so. */
  canDefer: boolean;
  /** Throws PlanningFailed for a plan that it cannot run. */
  compile(planned: PlannedOperation, supergraph: Supergraph): Costed<ExecuteOperation>;
}

/** Answers its operation, again and again. Never rejects for what clients send and subgraphs do. */
export type ExecuteOperation = (execution: Execution) => Promise<Answer>;

export interface Execution {
  /** As the client sent them. */
  variables: Readonly<Record<string, unknown>>;
  /** The same with the operation's defaults, where somebody has found them to fit. */
  coerced?: Readonly<Record<string, unknown>>;
  context: RequestContext;
  call: CallSubgraph;
}

/** What an operation came to. */
export interface Answer {
  /** JSON text, `null` included; undefined where the operation was refused before it began. */
  data: string | undefined;
  errors: readonly GraphQLError[];
  extensions?: { idempotentReplay: true };
  /** What was deferred, where the operation was prepared for an answer in parts. */
  later?: LaterParts;
}

// Measured, on plans of 140 to 8,300 characters of JSON: what is compiled of an operation, with one writer.
const BYTES = 5_000;
const BYTES_PER_PLAN = 10;

/** `shopgraph` is the gateway's own engine, `apollo` the executor of `@apollo/gateway`, for comparison. */
export function createEngine(name: 'shopgraph' | 'apollo', timeoutMs = Number.POSITIVE_INFINITY): Engine {
  const compileWith = name === 'apollo' ? compileForApollo : compileOperation;
  return {
    canDefer: name === 'shopgraph',
    compile(planned, supergraph) {
      const run = compileWith(planned, supergraph);
      const operation = operationOf(planned.document);
      const bytes = BYTES + JSON.stringify(planned.plan).length * BYTES_PER_PLAN;
      return { value: execute, bytes };

      async function execute({ variables, coerced, context, call }: Execution): Promise<Answer> {
        const known = coerced ? { values: coerced } : coerceVariables(supergraph.apiSchema, operation, variables);
        if ('errors' in known) return { data: undefined, errors: known.errors };
        const endsAt = performance.now() + timeoutMs;
        const answer = await run({ variables, coerced: known.values, context, call, endsAt }).catch(nothingButError);
        return context.isReplay ? { ...answer, extensions: { idempotentReplay: true } } : answer;
      }
    },
  };
}

/** What nobody foresaw, such as data nested deeper than the stack. */
function nothingButError(error: unknown): WrittenAnswer {
  return { data: 'null', errors: [asGraphQLError(error)] };
}

/** The answer as a value: a subscription takes out of it what is refused, and adds where in its stream it stands. */
export function toExecutionResult({ data, errors, extensions }: Answer): ExecutionResult {
  return {
    ...(data !== undefined && { data: JSON.parse(data) as Record<string, unknown> | null }),
    ...(errors.length > 0 && { errors: [...errors] }),
    ...(extensions && { extensions }),
  };
}
