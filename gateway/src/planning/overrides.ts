import type { SupergraphFacts } from './supergraph-facts.ts';

/**
 * Which progressive `@override(label:)`s are in force for an operation: those whose label is among the set ones, and
 * `percent(p)` for p of a hundred operations.
 */
export interface Overrides {
  labels: ReadonlySet<string>;
  /** From 0 to 100; `percent(p)` is in force when it is below p. */
  roll: number;
}

/** Draws a lot for each operation. Lots that come to the same get the same roll, so that few plans serve all. */
export function overridesOf({ overrideLabels }: SupergraphFacts, labels: ReadonlySet<string>): () => Overrides {
  const percents = [...overrideLabels].flatMap((label) => percentOf(label) ?? []);
  const rolls = [0, ...percents].sort((a, b) => a - b);
  const first = { labels, roll: 0 };
  if (percents.length === 0) return () => first;
  return () => {
    const lot = Math.random() * 100;
    return { labels, roll: rolls.findLast((percent) => percent <= lot) ?? 0 };
  };
}

/** The labels in force, spelt out. */
export function labelsInForce(overrideLabels: ReadonlySet<string>, { labels, roll }: Overrides): string[] {
  return [...overrideLabels].filter((label) => {
    const percent = percentOf(label);
    return percent === null ? labels.has(label) : roll < percent;
  });
}

function percentOf(label: string): number | null {
  const [, percent] = /^percent\((\d+(?:\.\d+)?)\)$/.exec(label) ?? [];
  return percent === undefined ? null : Number(percent);
}
