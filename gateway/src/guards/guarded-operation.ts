import {
  type DocumentNode,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionSetNode,
} from 'graphql';
import { fragmentsOf } from '../planning/operation-document.ts';
import type { Supergraph } from '../supergraph/supergraph.ts';
import { type CostEstimate, compileCost } from './cost.ts';
import { accessOf, type OperationAccess } from './field-authorization.ts';

/** What guards have to know of a valid operation; made once, and kept by whoever keeps its plan. */
export interface GuardedOperation {
  cost: CostEstimate;
  /** The fields of Mutation it runs, each as often as it runs. */
  mutations: readonly string[];
  /** Null when it demands nothing of its viewer. */
  access: OperationAccess | null;
}

export type GuardedSchema = Pick<Supergraph, 'apiSchema' | 'costRules' | 'accessRules'>;

export function guardedOperation(
  supergraph: GuardedSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  defaultListSize: number,
): GuardedOperation {
  return {
    cost: compileCost(supergraph, document, operation, defaultListSize),
    mutations:
      operation.operation === OperationTypeNode.MUTATION
        ? rootFields(operation.selectionSet, fragmentsOf(document))
        : [],
    access: accessOf(supergraph, document, operation),
  };
}

function rootFields({ selections }: SelectionSetNode, fragments: ReturnType<typeof fragmentsOf>): string[] {
  return selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection.name.value];
    const inside = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
    return inside ? rootFields(inside.selectionSet, fragments) : [];
  });
}
