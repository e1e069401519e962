import {
  type DocumentNode,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionSetNode,
} from 'graphql';
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
    mutations: operation.operation === OperationTypeNode.MUTATION ? rootFields(document, operation.selectionSet) : [],
    access: accessOf(supergraph, document, operation),
  };
}

function rootFields(document: DocumentNode, { selections }: SelectionSetNode): string[] {
  return selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection.name.value];
    if (selection.kind === Kind.INLINE_FRAGMENT) return rootFields(document, selection.selectionSet);
    const fragment = document.definitions.find(
      (definition) => definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === selection.name.value,
    );
    return fragment?.kind === Kind.FRAGMENT_DEFINITION ? rootFields(document, fragment.selectionSet) : [];
  });
}
