import { type GraphQLError, GraphQLIncludeDirective, GraphQLSkipDirective, Kind, visit } from 'graphql';
import { BoundedMap } from '../bounded-map.ts';
import { operationOf } from '../planning/own-fields.ts';
import type { PlanNode, QueryPlan } from '../planning/plan.ts';
import type { PlannedOperation } from '../planning/planned-operation.ts';
import type { Supergraph } from '../supergraph/supergraph.ts';
import { FieldErrors } from './field-errors.ts';
import { readResponseShape } from './response-shape.ts';
import type { Run } from './run.ts';
import { compileNode } from './steps/plan-steps.ts';
import { createMerge } from './tree/merge.ts';
import { SharedObjects } from './tree/shared-objects.ts';
import { createTypeFacts, type TypeFacts } from './tree/type-facts.ts';
import { compileWriter } from './writer/compile-writer.ts';
import { ROOT, type Writer } from './writer/writer.ts';

type CompilableOperation = Pick<PlannedOperation, 'document' | 'clientNames' | 'plan'>;

/** What one execution is given. */
export type RunOptions = Pick<Run, 'variables' | 'coerced' | 'context' | 'call' | 'endsAt'>;

export interface WrittenAnswer {
  /** JSON, `null` included. */
  data: string;
  errors: readonly GraphQLError[];
}

/** Answers its operation; neither plan nor document is looked at again. */
export type CompiledOperation = (options: RunOptions) => Promise<WrittenAnswer>;

/** Combinations of the variables in `@skip` and `@include` whose writers are kept. */
const REMEMBERED_WRITERS = 32;

/** Turns an operation and its plan into functions. Throws a GraphQLError for a plan this engine cannot run. */
export function compileOperation(planned: CompilableOperation, supergraph: Supergraph): CompiledOperation {
  const { document, clientNames, plan } = planned;
  const types = typeFactsOf(supergraph);
  const shape = readResponseShape(document);
  const step = compileNode(nodeOf(plan), [], { types, merge: createMerge(types.isAbstract) });
  const writerFor = createWriterChoice(planned, supergraph);

  return async (options) => {
    const errors = new FieldErrors({ shape, clientNames });
    const run: Run = { ...options, root: {}, shared: new SharedObjects(), errors };
    await step(run);
    return write(run, writerFor(run.coerced));
  };
}

const typeFacts = new WeakMap<Supergraph, TypeFacts>();

function typeFactsOf(supergraph: Supergraph): TypeFacts {
  const facts = typeFacts.get(supergraph) ?? createTypeFacts(supergraph.fullSchema);
  typeFacts.set(supergraph, facts);
  return facts;
}

/** A subscription is run once for each event, which is the answer to the plan's first fetch. */
export function nodeOf({ node }: QueryPlan): PlanNode {
  if (node?.kind !== 'Subscription') return node ?? { kind: 'Sequence', nodes: [] };
  return { kind: 'Sequence', nodes: node.rest ? [node.primary, node.rest] : [node.primary] };
}

/**
 * An operation with `@skip` or `@include` is several: a writer is made for each combination of their variables, when it
 * first comes, and needs to look at no directive then.
 */
function createWriterChoice(
  { document, clientNames }: CompilableOperation,
  { apiSchema: schema }: Supergraph,
): (coerced: Run['coerced']) => Writer {
  const operation = operationOf(document);
  const names = conditionVariables(document);
  const writers = new BoundedMap<string, Writer>(REMEMBERED_WRITERS);
  return (coerced) => {
    const key = names.length === 0 ? '' : names.map((name) => String(coerced[name])).join();
    let writer = writers.get(key);
    if (writer === undefined) {
      writer = compileWriter({ schema, document, operation, clientNames, coerced });
      writers.set(key, writer);
    }
    return writer;
  };
}

function conditionVariables(document: CompilableOperation['document']): string[] {
  const names = new Set<string>();
  visit(document, {
    Directive({ name, arguments: given }) {
      if (name.value !== GraphQLSkipDirective.name && name.value !== GraphQLIncludeDirective.name) return;
      for (const { value } of given ?? []) if (value.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  return [...names];
}

function write({ root, shared, variables, errors }: Run, writer: Writer): WrittenAnswer {
  const writing = { shared, variables, isFlawed: false, errors: null };
  const data = writer(root, writing, null);
  if (!writing.isFlawed) return { data, errors: errors.all() };
  return { data: writer(root, { ...writing, errors }, ROOT), errors: errors.all() };
}
