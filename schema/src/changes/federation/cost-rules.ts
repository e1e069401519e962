import type { Judgement, Rule } from './rule.ts';

/** Operations near the limit may be refused when something costs more: https://ibm.github.io/graphql-specs/cost-spec.html */
export const cost: Rule = ({ subgraph, element: { coordinate }, old: [old], now: [now] }) => {
  const [was, is] = [old?.args.weight, now?.args.weight];
  const message = `${coordinate} of ${subgraph} costs ${is ?? 'what is usual'} instead of ${was ?? 'what is usual'}.`;
  const isCheaper = is === undefined ? Number(was) >= 1 : was !== undefined && Number(is) <= Number(was);
  return [{ what: verb(old, now), severity: isCheaper ? 'safe' : 'dangerous', message }];
};

export const listSize: Rule = ({ subgraph, element: { coordinate }, old: [old], now: [now] }) => {
  const wants = (args: Readonly<Record<string, unknown>> | undefined) =>
    // The specification asks for exactly one slicing argument unless it is told otherwise.
    Array.isArray(args?.slicingArguments) &&
    args.slicingArguments.length > 0 &&
    args.requireOneSlicingArgument !== false;
  if (wants(now?.args) && !wants(old?.args)) {
    const message = `${coordinate} of ${subgraph} has to be asked with exactly one of ${String(now?.args.slicingArguments)}.`;
    return [{ what: 'made-required', severity: 'breaking', message }];
  }
  const written = (text: string | undefined) => (text === undefined ? 'no @listSize' : `@listSize(${text})`);
  const message = `${coordinate} of ${subgraph} has ${written(now?.text)} instead of ${written(old?.text)}, by which the cost of operations is reckoned.`;
  return [{ what: verb(old, now), severity: 'dangerous', message } satisfies Judgement];
};

function verb(old: unknown, now: unknown): string {
  if (old === undefined) return 'added';
  return now === undefined ? 'removed' : 'changed';
}
