import type { FetchNode } from '../../planning/plan.ts';
import type { Run } from '../run.ts';
import type { SubgraphRequest } from '../subgraphs/subgraph-call.ts';

export type FetchedOperation = Pick<
  FetchNode,
  'serviceName' | 'operation' | 'operationName' | 'operationKind' | 'variableUsages'
>;

/** Makes a fetch's requests; the query is turned into JSON once and for all. */
export function compileRequest({
  serviceName,
  operation: query,
  operationName,
  operationKind: kind,
  variableUsages = [],
}: FetchedOperation): (run: Run, more?: string) => SubgraphRequest {
  const named = operationName ? `,"operationName":${JSON.stringify(operationName)}` : '';
  const start = `{"query":${JSON.stringify(query)}${named}`;

  /** `more` is the JSON of further variables, without braces. */
  return (run, more = '') => {
    const variables = variableUsages.length === 0 ? {} : picked(variableUsages, run.variables);
    const texts = Object.entries(variables).map(([name, value]) => `"${name}":${JSON.stringify(value)}`);
    if (more !== '') texts.push(more);
    const body = texts.length === 0 ? `${start}}` : `${start},"variables":{${texts.join(',')}}}`;
    return { subgraph: serviceName, kind, query, operationName: operationName || undefined, variables, body };
  };
}

function picked(names: readonly string[], variables: Run['variables']): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const name of names) {
    if (Object.hasOwn(variables, name) && variables[name] !== undefined) found[name] = variables[name];
  }
  return found;
}
