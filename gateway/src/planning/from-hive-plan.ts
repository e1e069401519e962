import type * as Hive from '@graphql-hive/router-query-planner';
import {
  type DocumentNode,
  type FieldNode,
  Kind,
  type OperationTypeNode,
  parse,
  print,
  stripIgnoredCharacters,
  type VariableDefinitionNode,
  visit,
} from 'graphql';
import { operationOf, withRoot } from './operation-document.ts';
import type { DataRewrite, FetchNode, KeyRenamer, PlanNode, QueryPlan, RequiredSelection } from './plan.ts';

const REPRESENTATIONS = 'representations';

/** A plan of Hive's planner in our form. Throws on what it does not know. */
export function fromHivePlan({ node }: Hive.QueryPlan): QueryPlan {
  return { kind: 'QueryPlan', node: node && (subscriptionFrom(node) ?? planNode(node)) };
}

/** Hive has what follows a subscription's event as siblings after it. */
function subscriptionFrom(node: Hive.PlanNode): QueryPlan['node'] {
  const [first, ...others] = node.kind === 'Sequence' ? node.nodes : [node];
  if (first?.kind !== 'Subscription') return undefined;
  const rest: PlanNode | undefined = others.length > 0 ? { kind: 'Sequence', nodes: others.map(planNode) } : undefined;
  return { kind: 'Subscription', primary: fetchNode(first.primary), rest };
}

function planNode(node: Hive.PlanNode): PlanNode {
  switch (node.kind) {
    case 'Sequence':
    case 'Parallel':
      return { kind: node.kind, nodes: node.nodes.map(planNode) };
    case 'Fetch':
      return fetchNode(node);
    case 'Flatten':
      return flatten(node.path, planNode(node.node));
    case 'Condition':
      // The absent clause comes as null, whatever its type says.
      return {
        kind: 'Condition',
        condition: node.condition,
        ifClause: node.ifClause ? planNode(node.ifClause) : undefined,
        elseClause: node.elseClause ? planNode(node.elseClause) : undefined,
      };
    case 'BatchFetch':
      return separateFetches(node);
    default:
      throw new Error(`Hive's planner gave a ${node.kind} where none is known.`);
  }
}

function flatten(path: Hive.FlattenNodePathSegment[], node: PlanNode): PlanNode {
  const steps = path.reduce<string[]>(flattenStep, []);
  return steps.length > 0 ? { kind: 'Flatten', path: steps, node } : node;
}

function flattenStep(steps: string[], segment: Hive.FlattenNodePathSegment): string[] {
  if (segment === '@') return [...steps, '@'];
  if ('Field' in segment) return [...steps, segment.Field];
  // A condition on the root type, which is what an inline fragment at the root becomes, always holds.
  const last = steps.at(-1);
  return last === undefined ? steps : [...steps.slice(0, -1), `${last}|[${segment.TypeCondition.join(',')}]`];
}

function fetchNode(node: Omit<Hive.FetchNode, 'kind'>): FetchNode {
  const required = node.requires && requiredSelections(node.requires);
  const inputRewrites = [...(required?.renames ?? []), ...(node.inputRewrites ?? []).map(rewrite)];
  const outputRewrites = (node.outputRewrites ?? []).map(rewrite);
  return {
    kind: 'Fetch',
    serviceName: node.serviceName,
    ...(required && { requires: required.selections }),
    variableUsages: node.variableUsages ?? [],
    operation: node.operation,
    operationKind: (node.operationKind ?? 'query') as OperationTypeNode,
    ...(inputRewrites.length > 0 && { inputRewrites }),
    ...(outputRewrites.length > 0 && { outputRewrites }),
  };
}

/**
 * Hive's planner joins entity fetches that run beside each other into one document; executors that can do so join
 * them again, over all that runs beside each other.
 */
function separateFetches({ entityBatch, operation, ...fetch }: Hive.BatchFetchNode): PlanNode {
  const document = parse(operation, { noLocation: true });
  const nodes = entityBatch.aliases.flatMap(({ alias, representationsVariableName, paths, ...part }) => {
    const text = entityOperation(document, alias, representationsVariableName);
    const variableUsages = (fetch.variableUsages ?? []).filter((name) => text.includes(`$${name}`));
    const node = fetchNode({ ...fetch, ...part, operation: text, variableUsages });
    return paths.map((path) => flatten(path, node));
  });
  const [only] = nodes;
  return nodes.length === 1 && only ? only : { kind: 'Parallel', nodes };
}

/** One alias of a joined document, as a document of its own. */
function entityOperation(document: DocumentNode, alias: string, variable: string): string {
  const field = operationOf(document).selectionSet.selections.find(
    (selection): selection is FieldNode => selection.kind === Kind.FIELD && selection.alias?.value === alias,
  );
  if (!field) throw new Error(`Hive's planner speaks of ${alias}, which it does not fetch.`);
  const alone = withRoot(document, [{ ...field, alias: undefined }]);
  const used = new Set<string>();
  for (const definition of alone.definitions) {
    const uses = definition.kind === Kind.OPERATION_DEFINITION ? definition.selectionSet : definition;
    visit(uses, { Variable: ({ name }) => void used.add(name.value) });
  }
  const renamed = visit(alone, {
    OperationDefinition: (operation) => ({
      ...operation,
      variableDefinitions: (operation.variableDefinitions ?? []).filter((definition: VariableDefinitionNode) =>
        used.has(definition.variable.name.value),
      ),
    }),
    Variable: (node) =>
      node.name.value === variable ? { ...node, name: { ...node.name, value: REPRESENTATIONS } } : undefined,
  });
  return stripIgnoredCharacters(print(renamed));
}

interface Required {
  selections: RequiredSelection[];
  /** Where the value to be sent stands under another name in what was fetched. */
  renames: KeyRenamer[];
}

/** Hive's `alias` is the name to send; the reference executor's would be the name to read. */
function requiredSelections(selections: Hive.RequiresSelection[], path: string[] = []): Required {
  const parts = selections.map((selection): Required => {
    if (selection.kind === 'FragmentSpread') throw new Error("Hive's planner requires a named fragment.");
    if (selection.kind === 'InlineFragment') {
      const inside = requiredSelections(selection.selections, [...path, `... on ${selection.typeCondition}`]);
      const { typeCondition } = selection;
      return { ...inside, selections: [{ kind: 'InlineFragment', typeCondition, selections: inside.selections }] };
    }
    const { name, alias } = selection;
    const here = [...path, name];
    const inside = selection.selections && requiredSelections(selection.selections, here);
    const renamed: KeyRenamer[] =
      alias !== undefined && alias !== name ? [{ kind: 'KeyRenamer', path: here, renameKeyTo: alias }] : [];
    const field: RequiredSelection = { kind: 'Field', name, ...(inside && { selections: inside.selections }) };
    // Inside out: the path to what is deeper goes by the names before they are changed.
    return { selections: [field], renames: [...(inside?.renames ?? []), ...renamed] };
  });
  return {
    selections: parts.flatMap((part) => part.selections),
    renames: parts.flatMap((part) => part.renames),
  };
}

function rewrite(given: Hive.InputRewrite): DataRewrite {
  if ('KeyRenamer' in given) {
    const { path, renameKeyTo } = given.KeyRenamer;
    return { kind: 'KeyRenamer', path: path.map(rewriteStep), renameKeyTo };
  }
  const { path, setValueTo } = 'ValueSetter' in given ? given.ValueSetter : given;
  return { kind: 'ValueSetter', path: path.map(rewriteStep), setValueTo };
}

function rewriteStep(segment: Hive.FetchNodePathSegment): string {
  if ('Key' in segment) return segment.Key;
  const [type, ...others] = segment.TypenameEquals;
  if (type === undefined || others.length > 0) throw new Error("Hive's planner rewrites values of several types.");
  return `... on ${type}`;
}
