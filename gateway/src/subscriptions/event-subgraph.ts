import {
  type DocumentNode,
  type GraphQLFormattedError,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  parse,
  print,
  type SelectionNode,
  visit,
} from 'graphql';
import type { CallSubgraph, SubgraphRequest } from '../execution/subgraphs/subgraph-call.ts';
import { fragmentsOf, operationOf } from '../planning/operation-document.ts';
import type { RequestContext } from '../request-context.ts';
import type { Supergraph } from '../supergraph/supergraph.ts';
import { type CompletionScope, completeValue, fillIn, type MissingPart } from './complete-value.ts';
import { responseKey } from './subscribed-field.ts';

interface EventSubgraphOptions {
  supergraph: Supergraph;
  /** The subgraph that declares the field: what an event leaves open is asked there. */
  subgraph: string;
  call: CallSubgraph;
  /** The subscription's root, such as `{ thingChanged: { … } }`. */
  root: Record<string, unknown>;
}

/**
 * Answers in a subgraph's place the part of a subscription that the planner would send there: from the event's value,
 * completed by `_entities`.
 */
export function createEventSubgraph({ supergraph, subgraph, call, root }: EventSubgraphOptions): CallSubgraph {
  return async (request, context, endsAt) => {
    const document = parse(request.query, { noLocation: true });
    const operation = operationOf(document);
    const type = supergraph.fullSchema.getSubscriptionType();
    if (!type) throw new Error('The supergraph has no subscriptions.');
    const scope: CompletionScope = {
      schema: supergraph.fullSchema,
      keys: supergraph.entityKeys.get(subgraph) ?? new Map(),
      fragments: fragmentsOf(document),
      variables: request.variables,
    };
    const { data, parts, unknown } = completeValue(scope, type, root, operation.selectionSet);
    const fetches = [...grouped(parts).values()].map((group) =>
      fetchParts(group, document, { request, context, endsAt }),
    );
    const errors = [...unknown.map(neverSaid), ...(await Promise.all(fetches)).flat()];
    return { data, ...(errors.length > 0 && { errors }) };
  };

  async function fetchParts(
    parts: [MissingPart, ...MissingPart[]],
    document: DocumentNode,
    { request, context, endsAt }: { request: SubgraphRequest; context: RequestContext; endsAt: number | undefined },
  ): Promise<readonly GraphQLFormattedError[]> {
    const query = entitiesQuery(parts[0], operationOf(document), document);
    const representations = parts.map(({ representation }) => representation);
    const variables = { ...request.variables, representations };
    const body = JSON.stringify({ query, variables });
    const kind = OperationTypeNode.QUERY;
    const answer = await call({ subgraph, kind, query, operationName: undefined, variables, body }, context, endsAt);
    const entities: unknown[] = Array.isArray(answer.data?._entities) ? answer.data._entities : [];
    entities.forEach((entity, i) => {
      if (typeof entity === 'object' && entity !== null)
        fillIn(parts[i]?.target ?? {}, entity as Record<string, unknown>);
    });
    return (answer.errors ?? []).flatMap((error) => pathsOf(error, parts).map((path) => ({ ...error, path })));
  }
}

function entitiesQuery(
  { typeName, selections }: MissingPart,
  operation: OperationDefinitionNode,
  document: DocumentNode,
): string {
  const fragments = document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
  const selected = selections.map((selection) => print(selection)).join(' ');
  const body = `{ _entities(representations: $representations) { ... on ${typeName} { ${selected} } } }`;
  const text = [body, ...fragments.map((fragment) => print(fragment))].join('\n');
  const used = variablesIn(parse(text));
  const variables = (operation.variableDefinitions ?? []).filter(({ variable }) => used.has(variable.name.value));
  const declared = ['$representations: [_Any!]!', ...variables.map((variable) => print(variable))].join(', ');
  return `${OperationTypeNode.QUERY} (${declared}) ${text}`;
}

/** Entities of a type that lack the same fields are asked for together. */
function grouped(parts: readonly MissingPart[]): Map<string, [MissingPart, ...MissingPart[]]> {
  const groups = new Map<string, [MissingPart, ...MissingPart[]]>();
  for (const part of parts) {
    const key = [part.typeName, ...part.selections.map((selection) => print(selection))].join(' ');
    const group = groups.get(key);
    if (group) group.push(part);
    else groups.set(key, [part]);
  }
  return groups;
}

function neverSaid(selection: SelectionNode): GraphQLFormattedError {
  const path = selection.kind === Kind.FIELD ? [selection.alias?.value ?? selection.name.value] : [];
  const message = `Neither the event nor an entity in it has: ${print(selection)}`;
  return { message, path, extensions: { code: 'INTERNAL_SERVER_ERROR' } };
}

/** The subgraph's `_entities.0.name` is the client's `thingChanged.thing.name`; without a path it is at all that was asked. */
function pathsOf({ path }: GraphQLFormattedError, parts: readonly MissingPart[]): (string | number)[][] {
  const [, index, ...rest] = path ?? [];
  if (typeof index === 'number') return [[...(parts[index]?.path ?? []), ...rest]];
  return parts.flatMap(({ path: at, selections }) =>
    selections.map((selection) => (selection.kind === Kind.FIELD ? [...at, responseKey(selection)] : [...at])),
  );
}

function variablesIn(document: DocumentNode): Set<string> {
  const names = new Set<string>();
  visit(document, { Variable: ({ name }) => void names.add(name.value) });
  return names;
}
