import {
  type DocumentNode,
  executeSync,
  type FieldNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  visit,
} from 'graphql';
import type { ClientNames } from '../../planning/client-names.ts';
import { fail, type Writer } from './writer.ts';

interface Introspecting {
  operation: OperationDefinitionNode;
  document: DocumentNode;
  clientNames: ClientNames;
}

/** Answers `__schema` or `__type` from what clients may see of the schema; graphql-js does it. */
export function introspectionWriter(
  schema: GraphQLSchema,
  { operation, document, clientNames }: Introspecting,
  mentions: readonly FieldNode[],
): Writer {
  const only: OperationDefinitionNode = {
    ...operation,
    selectionSet: { kind: Kind.SELECTION_SET, selections: mentions },
  };
  const fragments = document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
  const introspection = visit<DocumentNode>(
    { kind: Kind.DOCUMENT, definitions: [only, ...fragments] },
    {
      Field(field) {
        const value = clientNames.get(field.alias?.value ?? '');
        return value === undefined ? undefined : { ...field, alias: { kind: Kind.NAME, value } };
      },
    },
  );

  return (_value, writing, at) => {
    const { data, errors } = executeSync({
      schema,
      document: introspection,
      rootValue: {},
      variableValues: writing.variables,
    });
    const [told] = Object.values(data ?? {});
    if (errors?.length || told === undefined) return fail(writing, at, 'The schema could not be read.');
    return JSON.stringify(told);
  };
}
