import {
  type FieldNode,
  Kind,
  type NameNode,
  type OperationDefinitionNode,
  OperationTypeNode,
  parse,
  print,
  type VariableDefinitionNode,
  visit,
} from 'graphql';
import type { Run, Step } from '../run.ts';
import type { SubgraphAnswer } from '../subgraph-call.ts';
import type { EntityFetch, GatheredEntities } from './entity-fetch.ts';
import { compileRequest } from './request-text.ts';

const REPRESENTATIONS = 'representations';

/** Prefixed with the position of the fetch, for names that must differ between joined fetches. */
const nameFor = (index: number, name: string) => `_${index}_${name}`;

/**
 * One request for entity fetches that a plan sends to one subgraph at the same time: each is an alias of `_entities`
 * with representations of its own. Null where their texts do not allow it.
 */
export function compileJoinedFetch(fetches: readonly EntityFetch[]): Step | null {
  const [first] = fetches;
  const query = joinedQuery(fetches.map(({ node }) => node.operation));
  if (query === null || first === undefined) return null;
  const variableUsages = [...new Set(fetches.flatMap(({ node }) => node.variableUsages ?? []))];
  const requestFor = compileRequest({ ...first.node, operation: query, variableUsages });

  return async (run) => {
    const gathered = fetches.map((fetch) => fetch.gather(run));
    const [first, ...others] = fetches.filter((_, i) => gathered[i] !== null);
    if (first === undefined) return;
    if (others.length > 0) await askTogether(run, gathered);
    else await first.ask(run, gathered.find((entities) => entities !== null) as GatheredEntities);
  };

  async function askTogether(run: Run, gathered: (GatheredEntities | null)[]): Promise<void> {
    const variables = gathered.map(
      (entities, i) => `"${nameFor(i, REPRESENTATIONS)}":${entities?.representations ?? '[]'}`,
    );
    const answer = await run.call(requestFor(run, variables.join(',')), run.context, run.endsAt);
    fetches.forEach((fetch, i) => {
      const entities = gathered[i];
      if (entities) fetch.deliver(run, entities, answerFor(i, answer), answer.data?.[nameFor(i, '')]);
    });
  }
}

/** The errors of one of the joined fetches, and those that are about all of them. */
function answerFor(index: number, answer: SubgraphAnswer): SubgraphAnswer {
  const alias = nameFor(index, '');
  const own = answer.errors?.filter(({ path }) => path === undefined || path[0] === alias);
  if (own?.length || answer.data?.[alias]) return { ...answer, errors: own };
  // An error of another of them has cost this one its data too.
  return { ...answer, errors: answer.errors?.map((error) => ({ ...error, path: undefined })) };
}

function joinedQuery(queries: readonly string[]): string | null {
  const parts = queries.map((query, i) => renamedParts(query, i));
  const variables = new Map<string, string>();
  for (const part of parts) {
    if (part === null) return null;
    for (const variable of part.variables) {
      const name = variable.variable.name.value;
      const text = print(variable);
      if (variables.has(name) && variables.get(name) !== text) return null;
      variables.set(name, text);
    }
  }
  const entities = parts.map((part) => part?.entities ?? '').join(' ');
  const fragments = parts.flatMap((part) => part?.fragments ?? []);
  return [`query (${[...variables.values()].join(', ')}) { ${entities} }`, ...fragments].join('\n');
}

/** The parts of one fetch's text, with names that no other has; null for anything but one plain `_entities`. */
function renamedParts(query: string, index: number) {
  const rename = (name: NameNode): NameNode => ({ ...name, value: nameFor(index, name.value) });
  const document = visit(parse(query, { noLocation: true }), {
    Variable: (node) => (node.name.value === REPRESENTATIONS ? { ...node, name: rename(node.name) } : undefined),
    FragmentDefinition: (node) => ({ ...node, name: rename(node.name) }),
    FragmentSpread: (node) => ({ ...node, name: rename(node.name) }),
  });
  const operations = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  const [operation] = operations as OperationDefinitionNode[];
  const [field, ...others] = operation?.selectionSet.selections ?? [];
  const isPlain = operation?.operation === OperationTypeNode.QUERY && !operation.directives?.length;
  if (!isPlain || others.length > 0 || !isEntitiesField(field)) return null;
  const alias: NameNode = { kind: Kind.NAME, value: nameFor(index, '') };
  return {
    entities: print({ ...field, alias }),
    variables: operation.variableDefinitions ?? ([] as readonly VariableDefinitionNode[]),
    fragments: document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION).map(print),
  };
}

function isEntitiesField(node: { kind: string } | undefined): node is FieldNode {
  return node?.kind === Kind.FIELD && (node as FieldNode).name.value === '_entities';
}
