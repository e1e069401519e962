import type { Place } from '../report/report.ts';
import type { Change } from './change.ts';
import type { SubgraphIndex } from './federation/subgraph-index.ts';

/** Finds where to look for a change: at what changed, or at what it was a part of, in the subgraph that has or had it. */
export function placesOfChanges(
  before: readonly SubgraphIndex[],
  after: readonly SubgraphIndex[],
): (change: Pick<Change, 'coordinate' | 'subgraph'>) => Place | null {
  return ({ coordinate, subgraph }) => {
    const whole = [coordinate, coordinate.replace(/\(.*/, ''), coordinate.replace(/\..*/, '')];
    const had = before.filter(({ elements }) => elements.has(coordinate)).map(({ name }) => name);
    const likely = [...after].sort((a, b) => rank(a.name) - rank(b.name));
    function rank(name: string): number {
      if (name === subgraph) return 0;
      return had.includes(name) ? 1 : 2;
    }
    for (const part of whole) {
      for (const { elements } of likely) {
        const place = elements.get(part)?.place;
        if (place) return place;
      }
    }
    return null;
  };
}
