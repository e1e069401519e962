import type { Change } from '../change.ts';
import { difference } from '../difference.ts';
import { directiveChange } from './directive-change.ts';
import type { Neighbours } from './rule.ts';
import { type Element, has, type SubgraphIndex } from './subgraph-index.ts';

/** The directives that say who may see something. */
export const ACCESS: ReadonlySet<string> = new Set(['authenticated', 'requiresScopes', 'policy']);

/**
 * Who may see what, over all subgraphs: what one of them asks for counts for all of them, so that a field may become open
 * to everybody, or to nobody new, by moving.
 */
export function accessChanges(neighbours: Neighbours): Change[] {
  const { kept } = difference(merged(neighbours.before), merged(neighbours.after));
  return kept.flatMap(([before, after]) =>
    [...ACCESS].flatMap((name) => {
      const told = (all: readonly SubgraphIndex[]) =>
        all.filter(({ elements }) => has(elements.get(after.coordinate), name)).map((one) => one.name);
      const [old, now] = [told(neighbours.before), told(neighbours.after)];
      const subgraph = now.find((one) => !old.includes(one)) ?? old.find((one) => !now.includes(one)) ?? now[0] ?? '';
      return directiveChange(name, { before, after, subgraph, neighbours });
    }),
  );
}

function merged(all: readonly SubgraphIndex[]): Map<string, Element> {
  const elements = new Map<string, Element>();
  for (const subgraph of all) {
    for (const [coordinate, element] of subgraph.elements) {
      const known = elements.get(coordinate)?.directives ?? [];
      elements.set(coordinate, { ...element, directives: [...known, ...element.directives] });
    }
  }
  return elements;
}
