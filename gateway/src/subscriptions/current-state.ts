import {
  type ArgumentNode,
  type DocumentNode,
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  parse,
  parseType,
  type VariableDefinitionNode,
  visit,
} from 'graphql';
import { responseKey, type SubscribedField } from './subscribed-field.ts';

/** A Query field that answers what a late subscriber has missed, read from `thing(id: {args.id})`. */
export interface CurrentState {
  field: string;
  args: readonly ArgumentNode[];
  /** The subscription's arguments it names. */
  usedArgs: readonly string[];
}

/** Cannot be the name of a client's variable by accident. */
const PREFIX = 'eventStream_args_';
const PLACEHOLDER = /\{args\.(\w+)\}/g;

export function parseCurrentState(text: string): CurrentState {
  const [definition] = parse(`{ ${text.replace(PLACEHOLDER, `$${PREFIX}$1`)} }`).definitions;
  const root = definition?.kind === Kind.OPERATION_DEFINITION ? definition.selectionSet.selections[0] : undefined;
  if (root?.kind !== Kind.FIELD) throw new Error(`"${text}" does not name a field of Query.`);
  const usedArgs = [...text.matchAll(PLACEHOLDER)].map(([, name]) => name as string);
  return { field: root.name.value, args: root.arguments ?? [], usedArgs };
}

/** The client's own selection under the Query field, so that what comes first looks like what comes after. */
export function currentStateQuery(
  { field, args }: CurrentState,
  subscribed: SubscribedField,
): { document: DocumentNode; operation: OperationDefinitionNode; variables: Record<string, unknown> } {
  const values = variablesOf(subscribed);
  const root: FieldNode = {
    ...subscribed.node,
    alias: { kind: Kind.NAME, value: responseKey(subscribed.node) },
    name: { kind: Kind.NAME, value: field },
    // An argument the client left out is left out here too, and takes the Query field's default.
    arguments: args.filter((argument) => usesOnly(argument, values)),
  };
  const operation: OperationDefinitionNode = {
    kind: Kind.OPERATION_DEFINITION,
    operation: OperationTypeNode.QUERY,
    selectionSet: { kind: Kind.SELECTION_SET, selections: [root] },
  };
  const fragments = subscribed.document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
  const used = variablesIn({ kind: Kind.DOCUMENT, definitions: [operation, ...fragments] });
  const declared = [...(subscribed.operation.variableDefinitions ?? []), ...definitionsOf(subscribed)];
  const variableDefinitions = declared.filter((variable) => used.has(variable.variable.name.value));
  const query = { ...operation, variableDefinitions };
  return {
    document: { kind: Kind.DOCUMENT, definitions: [query, ...fragments] },
    operation: query,
    variables: { ...subscribed.variables, ...values },
  };
}

function variablesOf({ args }: SubscribedField): Record<string, unknown> {
  const given = Object.entries(args).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([name, value]) => [PREFIX + name, value]));
}

function definitionsOf({ field }: SubscribedField): VariableDefinitionNode[] {
  return field.args.map(({ name, type }) => ({
    kind: Kind.VARIABLE_DEFINITION,
    variable: { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: PREFIX + name } },
    type: parseType(String(type)),
  }));
}

function usesOnly(argument: ArgumentNode, values: Record<string, unknown>): boolean {
  return [...variablesIn(argument)].every((name) => name in values);
}

function variablesIn(node: ArgumentNode | DocumentNode): Set<string> {
  const names = new Set<string>();
  visit(node, { Variable: ({ name }) => void names.add(name.value) });
  return names;
}
