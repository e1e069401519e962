import { parse, print, visit } from 'graphql';
import type { FetchNode, PlanNode, QueryPlan } from './plan.ts';
import type { SupergraphFacts } from './supergraph-facts.ts';

/**
 * Whether each field with `@requires` is sent what it requires with the arguments it requires it with. Hive's planner
 * confuses them where two fields require one with different arguments, and the selections are on different types or
 * under different conditions. It goes by names alone, so that it may doubt a plan that is right.
 */
export function hasRightRequirements(
  plan: QueryPlan,
  { requirements, addedWithArguments }: Pick<SupergraphFacts, 'requirements' | 'addedWithArguments'>,
): boolean {
  const fetches = plan.node ? fetchesIn(plan.node) : [];
  const fetchedAs = new Map<string, Set<string>>();
  for (const { operation } of fetches) {
    visit(parse(operation, { noLocation: true }), {
      Field({ alias, name, arguments: given = [] }) {
        const key = `${name.value} as ${(alias ?? name).value}`;
        const known = fetchedAs.get(key) ?? new Set();
        fetchedAs.set(key, known.add(given.map(print).sort().join()));
      },
    });
  }
  return fetches.every((fetch) =>
    requiringFields(fetch).every((name) =>
      (requirements.get(name) ?? [])
        .filter(({ field }) => addedWithArguments.has(field))
        .every(({ field, args }) => {
          const fetched = fetchedAs.get(`${field} as ${sourceOf(field, fetch)}`);
          return fetched?.size === 1 && fetched.has(args);
        }),
    ),
  );
}

/**
 * Whether fields with `@requires` are fetched of entities together with conditions. Hive's planner joins fields under
 * different conditions into one fetch, which wants for each entity what any of them requires: where one is left out with
 * what only it requires, the others are not fetched either, and no error says so.
 */
export function requiresUnderConditions(
  plan: QueryPlan,
  { requirements }: Pick<SupergraphFacts, 'requirements'>,
): boolean {
  return (plan.node ? fetchesIn(plan.node) : []).some(
    (fetch) => hasConditions(fetch) && requiringFields(fetch).some((name) => requirements.has(name)),
  );
}

function hasConditions({ operation }: FetchNode): boolean {
  let found = false;
  visit(parse(operation, { noLocation: true }), {
    Directive({ name }) {
      found ||= name.value === 'skip' || name.value === 'include';
    },
  });
  return found;
}

/** The names of fields that an entity fetch asks for. */
function requiringFields({ requires, operation }: FetchNode): string[] {
  const names: string[] = [];
  if (!requires) return names;
  visit(parse(operation, { noLocation: true }), { Field: ({ name }) => void names.push(name.value) });
  return names;
}

/** The key under which a required field stands in what was fetched. */
function sourceOf(field: string, { inputRewrites = [] }: FetchNode): string {
  const renamed = inputRewrites.find((rewrite) => rewrite.kind === 'KeyRenamer' && rewrite.renameKeyTo === field);
  return renamed?.path.at(-1) ?? field;
}

function fetchesIn(node: PlanNode | NonNullable<QueryPlan['node']>): FetchNode[] {
  switch (node.kind) {
    case 'Fetch':
      return [node];
    case 'Sequence':
    case 'Parallel':
      return node.nodes.flatMap(fetchesIn);
    case 'Flatten':
      return fetchesIn(node.node);
    case 'Condition':
      return [node.ifClause, node.elseClause].flatMap((clause) => (clause ? fetchesIn(clause) : []));
    case 'Subscription':
      return [node.primary, ...(node.rest ? fetchesIn(node.rest) : [])];
    case 'Defer':
      return [node.primary, ...node.deferred].flatMap((part) => (part.node ? fetchesIn(part.node) : []));
  }
}
