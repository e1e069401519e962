import {
  type DocumentNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLSchema,
  getArgumentValues,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
} from 'graphql';

/** A subscription operation has one root field; this is what the client wants of it. */
export interface SubscribedField {
  document: DocumentNode;
  operation: OperationDefinitionNode;
  /** With the selections of all its mentions, and how the schema declares it. */
  node: FieldNode;
  field: GraphQLField<unknown, unknown>;
  args: Record<string, unknown>;
  /** As the client sent them. */
  variables: Record<string, unknown>;
}

export interface SubscriptionOperation {
  document: DocumentNode;
  operation: OperationDefinitionNode;
  variables: Record<string, unknown>;
  /** With the defaults of the operation. */
  coerced: Record<string, unknown>;
}

/** Expects an operation that is valid for the schema. */
export function readSubscribedField(
  schema: GraphQLSchema,
  { document, operation, variables, coerced }: SubscriptionOperation,
): SubscribedField {
  const mentions = rootFields(operation.selectionSet.selections, document);
  const [first] = mentions;
  const field = first && schema.getSubscriptionType()?.getFields()[first.name.value];
  if (first === undefined || field === undefined) throw new Error('The subscription has no field.');
  const node: FieldNode = {
    ...first,
    ...(first.selectionSet && {
      selectionSet: {
        kind: Kind.SELECTION_SET,
        selections: mentions.flatMap((mention) => mention.selectionSet?.selections ?? []),
      },
    }),
  };
  return { document, operation, node, field, args: getArgumentValues(field, first, coerced), variables };
}

/** The name a field's value has in the answer. */
export function responseKey(node: FieldNode): string {
  return node.alias?.value ?? node.name.value;
}

function rootFields(selections: readonly SelectionNode[], document: DocumentNode): FieldNode[] {
  return selections.flatMap((selection): FieldNode[] => {
    if (selection.kind === Kind.FIELD) return [selection];
    if (selection.kind === Kind.INLINE_FRAGMENT) return rootFields(selection.selectionSet.selections, document);
    const name = selection.name.value;
    const fragment = document.definitions.find(
      (definition) => definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === name,
    );
    return fragment?.kind === Kind.FRAGMENT_DEFINITION ? rootFields(fragment.selectionSet.selections, document) : [];
  });
}
