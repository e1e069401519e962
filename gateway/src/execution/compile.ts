import { BoundedMap } from '@shop/kernel';
import {
  type GraphQLError,
  GraphQLIncludeDirective,
  type GraphQLSchema,
  GraphQLSkipDirective,
  Kind,
  visit,
} from 'graphql';
import { operationOf } from '../planning/operation-document.ts';
import type { PlanNode, QueryPlan } from '../planning/plan.ts';
import type { PlannedOperation } from '../planning/planned-operation.ts';
import type { Supergraph } from '../supergraph/supergraph.ts';
import { compileParts } from './deferred/compile-parts.ts';
import { type LaterParts, sendLater } from './deferred/send-later.ts';
import { FieldErrors } from './field-errors.ts';
import { readResponseShape } from './response-shape.ts';
import type { Run } from './run.ts';
import { compileNode } from './steps/plan-steps.ts';
import { createMerge } from './tree/merge.ts';
import { SharedObjects } from './tree/shared-objects.ts';
import { createTypeFacts, type TypeFacts } from './tree/type-facts.ts';
import { compileWriter, type WriterOptions } from './writer/compile-writer.ts';
import { type WriterChoice, write } from './writer/write.ts';
import { ROOT, type Writer } from './writer/writer.ts';

type CompilableOperation = Pick<PlannedOperation, 'document' | 'clientNames' | 'plan'>;

type Written = Pick<PlannedOperation, 'document' | 'clientNames'> & Pick<WriterOptions, 'only'>;

/** What one execution is given. */
export type RunOptions = Pick<Run, 'variables' | 'coerced' | 'context' | 'call' | 'endsAt'>;

export interface WrittenAnswer {
  /** JSON, `null` included. */
  data: string;
  errors: readonly GraphQLError[];
  /** Where something of the operation was deferred: what comes after this. */
  later?: LaterParts;
}

/** Answers its operation; neither plan nor document is looked at again. */
export type CompiledOperation = (options: RunOptions) => Promise<WrittenAnswer>;

/** Combinations of the variables in `@skip` and `@include` whose writers are kept. */
const REMEMBERED_WRITERS = 32;

/** Turns an operation and its plan into functions. Throws PlanningFailed for a plan this engine cannot run. */
export function compileOperation(planned: CompilableOperation, supergraph: Supergraph): CompiledOperation {
  const { document, clientNames, plan } = planned;
  const types = typeFactsOf(supergraph);
  const shape = readResponseShape(document);
  const node = nodeOf(plan);
  const tools = { types, merge: createMerge(types.isAbstract), sharesObjects: !usesContexts(node) };
  const step = compileNode(node, [], tools);
  const writerFor = createWriterChoice(planned, supergraph.apiSchema);
  const partsFor = compileParts(node, {
    schema: supergraph.apiSchema,
    document,
    compileStep: (part) => compileNode(part, [], tools),
    createWriterFor: (part) => createWriterChoice({ clientNames, ...part }, supergraph.apiSchema),
  });

  return async (options) => {
    const errors = new FieldErrors({ shape, clientNames });
    const run: Run = { ...options, root: {}, shared: new SharedObjects(), errors };
    const parts = partsFor?.(run.coerced);
    if (!parts) {
      await step(run);
      return writeRoot(run, writerFor(run.coerced));
    }
    await parts.first(run);
    const written = writeRoot(run, parts.writerFor(run.coerced));
    const errorsAfter = (before: FieldErrors) => new FieldErrors({ shape, clientNames }, before);
    return { ...written, later: sendLater({ run, written, parts: parts.later, errorsAfter, clientNames }) };
  };
}

const typeFacts = new WeakMap<Supergraph, TypeFacts>();

function typeFactsOf(supergraph: Supergraph): TypeFacts {
  const facts = typeFacts.get(supergraph) ?? createTypeFacts(supergraph.fullSchema);
  typeFacts.set(supergraph, facts);
  return facts;
}

/** An entity then has other values at another place. */
function usesContexts(node: PlanNode): boolean {
  return JSON.stringify(node).includes('"contextRewrites":[');
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
function createWriterChoice({ document, clientNames, only }: Written, schema: GraphQLSchema): WriterChoice {
  const operation = operationOf(document);
  const names = conditionVariables(document);
  const writers = new BoundedMap<string, Writer>(REMEMBERED_WRITERS);
  return (coerced) => {
    const key = names.length === 0 ? '' : names.map((name) => String(coerced[name])).join();
    let writer = writers.get(key);
    if (writer === undefined) {
      writer = compileWriter({ schema, document, operation, clientNames, coerced, ...(only && { only }) });
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

function writeRoot(run: Run, writer: Writer): WrittenAnswer {
  const data = write(run, writer, { value: run.root, at: ROOT });
  return { data, errors: run.errors.all() };
}
