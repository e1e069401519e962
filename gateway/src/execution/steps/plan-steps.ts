import type { FetchNode, PlanNode } from '../../planning/plan.ts';
import { PlanningFailed } from '../../planning/planner.ts';
import type { Step } from '../run.ts';
import type { Path } from '../tree/data.ts';
import { parseFlattenPath } from '../tree/flatten-path.ts';
import { compileContextualFetch } from './contextual-fetch.ts';
import { compileEntityFetch, type EntityFetch } from './entity-fetch.ts';
import type { FetchTools } from './fetch-tools.ts';
import { compileJoinedFetch } from './joined-fetch.ts';
import { compileRootFetch } from './root-fetch.ts';

/** A node whose first fetch can share a request with others that begin at the same time. */
interface Branch {
  first: EntityFetch | null;
  /** All of the node, or what comes after `first`. */
  rest: Step;
}

const nothing: Step = async () => {};

/** Turns a plan's node into a function that runs it. Throws PlanningFailed for what this engine cannot do. */
export function compileNode(node: PlanNode, at: Path, tools: FetchTools): Step {
  switch (node.kind) {
    case 'Sequence':
      return inSequence(node.nodes.map((child) => compileNode(child, at, tools)));
    case 'Parallel':
      return compileParallel(node.nodes, at, tools);
    case 'Flatten':
      return compileNode(node.node, [...at, ...node.path], tools);
    case 'Fetch':
      return compileFetch(node, at, tools);
    case 'Condition': {
      const yes = node.ifClause ? compileNode(node.ifClause, at, tools) : nothing;
      const no = node.elseClause ? compileNode(node.elseClause, at, tools) : nothing;
      return (run) => (run.coerced[node.condition] === true ? yes(run) : no(run));
    }
    case 'Defer': {
      // An answer in one piece has the deferred parts in it.
      const parts = [node.primary, ...node.deferred].flatMap((part) => part.node ?? []);
      return inSequence(parts.map((part) => compileNode(part, at, tools)));
    }
  }
}

function compileFetch(node: FetchNode, at: Path, tools: FetchTools): Step {
  const path = pathOf(at, tools);
  const isContextual = hasContexts(node);
  if (!node.requires) {
    if (isContextual) throw new PlanningFailed('The plan has arguments from a context for root fields.');
    return compileRootFetch(node, path, tools);
  }
  return isContextual ? compileContextualFetch(node, path, tools) : compileEntityFetch(node, path, tools).step;
}

function hasContexts({ contextRewrites = [] }: FetchNode): boolean {
  return contextRewrites.length > 0;
}

function pathOf(at: Path, { types }: FetchTools) {
  return parseFlattenPath(at, types);
}

/** Entity fetches with which branches begin go to their subgraph in one request. */
function compileParallel(nodes: readonly PlanNode[], at: Path, tools: FetchTools): Step {
  const branches = nodes.map((node) => compileBranch(node, at, tools));
  const subgraphs = new Set(branches.map(({ first }) => first?.node.serviceName));
  return inParallel(
    [...subgraphs].flatMap((subgraph) => {
      const group = branches.filter(({ first }) => first?.node.serviceName === subgraph);
      const joined = group.length > 1 ? compileJoinedFetch(group.flatMap(({ first }) => first ?? [])) : null;
      if (joined === null) return group.map(({ first, rest }) => inSequence([first?.step ?? nothing, rest]));
      return inSequence([joined, inParallel(group.map(({ rest }) => rest))]);
    }),
  );
}

function compileBranch(node: PlanNode, at: Path, tools: FetchTools): Branch {
  if (node.kind === 'Flatten') return compileBranch(node.node, [...at, ...node.path], tools);
  if (node.kind === 'Fetch' && node.requires && !hasContexts(node))
    return { first: compileEntityFetch(node, pathOf(at, tools), tools), rest: nothing };
  const [head, ...tail] = node.kind === 'Sequence' ? node.nodes : [];
  if (head === undefined) return { first: null, rest: compileNode(node, at, tools) };
  const { first, rest } = compileBranch(head, at, tools);
  return { first, rest: inSequence([rest, ...tail.map((child) => compileNode(child, at, tools))]) };
}

function inSequence(steps: readonly Step[]): Step {
  const all = steps.filter((step) => step !== nothing);
  if (all.length < 2) return all[0] ?? nothing;
  return async (run) => {
    for (const step of all) await step(run);
  };
}

function inParallel(steps: readonly Step[]): Step {
  const all = steps.filter((step) => step !== nothing);
  if (all.length < 2) return all[0] ?? nothing;
  return async (run) => {
    await Promise.all(all.map((step) => step(run)));
  };
}
