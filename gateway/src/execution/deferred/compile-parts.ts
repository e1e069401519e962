import { type DocumentNode, type GraphQLSchema, type SelectionSetNode, visit } from 'graphql';
import { clientLabel, labelOf } from '../../planning/deferred-fragments.ts';
import type { DeferNode, PlanNode } from '../../planning/plan.ts';
import type { Run, Step } from '../run.ts';
import type { WriterOptions } from '../writer/compile-writer.ts';
import type { WriterChoice } from '../writer/write.ts';
import { type DeferredFragment, findDeferred } from './deferred-places.ts';

/** An answer in parts: one at first, and those that come later. */
export interface Parts {
  first: Step;
  writerFor: WriterChoice;
  later: LaterPart[];
}

/** A deferred fragment: it is fetched once, and told at each place where it applies. */
export interface LaterPart {
  label: string | undefined;
  step: Step;
  placesIn: DeferredFragment['placesIn'];
  writerFor: WriterChoice;
  /** What is deferred in it, and begins when it has been told. */
  later: LaterPart[];
}

interface PartTools {
  schema: GraphQLSchema;
  /** With a label of its own for each deferred fragment. */
  document: DocumentNode;
  compileStep(node: PlanNode): Step;
  createWriterFor(written: { document: DocumentNode; only?: WriterOptions['only'] }): WriterChoice;
}

/**
 * Turns a plan that defers something into functions; null for one that never does. What is deferred may depend on
 * variables, and is what the plan says: a fragment that it does not defer is written with what is around it.
 */
export function compileParts(
  node: PlanNode,
  tools: PartTools,
): ((coerced: Run['coerced']) => Parts | undefined) | null {
  const { schema, document, compileStep, createWriterFor } = tools;
  const compiled = new Map(deferNodesIn(node).map((defer) => [defer, compileDefer(defer)]));
  if (compiled.size === 0) return null;
  return (coerced) => {
    const chosen = chosenNode(node, coerced);
    return chosen?.kind === 'Defer' ? compiled.get(chosen) : undefined;
  };

  function compileDefer(defer: DeferNode): Parts {
    const labels = labelsIn(defer);
    return {
      first: defer.primary.node ? compileStep(defer.primary.node) : nothing,
      writerFor: createWriterFor({ document: withoutFragments(document, labels) }),
      later: laterParts(defer, labels),
    };
  }

  function laterParts(defer: DeferNode, labels: ReadonlySet<string>): LaterPart[] {
    return defer.deferred.map(({ label = '', node: part }) => {
      const nested = part?.kind === 'Defer' ? part : null;
      const own = nested ? nested.primary.node : part;
      const { type, selectionSet, placesIn } = findDeferred(schema, document, label);
      return {
        label: clientLabel(label),
        step: own ? compileStep(own) : nothing,
        placesIn,
        writerFor: createWriterFor({
          document,
          only: { type, selectionSet: withoutFragments(selectionSet, labels) },
        }),
        later: nested ? laterParts(nested, labels) : [],
      };
    });
  }
}

const nothing: Step = async () => {};

/** Those that variables choose between; a plan has them at its root. */
function deferNodesIn(node: PlanNode): DeferNode[] {
  if (node.kind === 'Defer') return [node];
  if (node.kind !== 'Condition') return [];
  return [node.ifClause, node.elseClause].flatMap((clause) => (clause ? deferNodesIn(clause) : []));
}

function chosenNode(node: PlanNode | undefined, coerced: Run['coerced']): PlanNode | undefined {
  if (node?.kind !== 'Condition') return node;
  return chosenNode(coerced[node.condition] === true ? node.ifClause : node.elseClause, coerced);
}

function labelsIn({ deferred }: DeferNode): Set<string> {
  return new Set(
    deferred.flatMap(({ label = '', node }) => [label, ...(node?.kind === 'Defer' ? labelsIn(node) : [])]),
  );
}

function withoutFragments<N extends DocumentNode | SelectionSetNode>(node: N, labels: ReadonlySet<string>): N {
  return visit(node, {
    InlineFragment: (fragment) => (labels.has(labelOf(fragment) ?? '') ? null : undefined),
  });
}
