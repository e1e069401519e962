import type { Change, Concern, Severity } from '../change.ts';
import type { Applied, Element, SubgraphIndex } from './subgraph-index.ts';

/** All subgraphs before and after, for rules that look at the others. */
export interface Neighbours {
  before: readonly SubgraphIndex[];
  after: readonly SubgraphIndex[];
}

/** One directive of a subgraph, where it differs: on something that was there before and still is. */
export interface Difference extends Neighbours {
  subgraph: string;
  element: Element;
  /** Only what differs; empty where the directive is new. */
  old: readonly Applied[];
  /** Only what differs; empty where it is gone. */
  now: readonly Applied[];
}

/** What a rule says of a difference; who tells it to the others fills in the rest. */
export interface Judgement {
  /** After the directive's name: `key` and `removed` make `key-removed`. */
  what: string;
  severity: Severity;
  message: string;
  /** Whom it concerns; by default whoever uses the element. */
  concern?: Concern;
}

export type Rule = (difference: Difference) => Judgement[];

export const SERVICES: Concern = { of: 'services' };

export function changeOf(directive: string, { subgraph, element }: Difference, judgement: Judgement): Change {
  const { what, severity, message, concern = usersOf(element) } = judgement;
  return {
    kind: `${kebabCase(directive)}-${what}`,
    coordinate: element.coordinate,
    subgraph,
    severity,
    message,
    concern,
  };
}

/** `listSize` is `list-size`. */
export function kebabCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function usersOf({ kind, coordinate, typeName }: Element): Concern {
  if (kind === 'field') return { of: 'field', type: typeName, field: coordinate.slice(typeName.length + 1) };
  return coordinate === typeName ? { of: 'type', type: typeName } : { of: 'coordinate', coordinate };
}

/** Those that are not `subgraph` and declare the coordinate. */
export function othersWith(
  coordinate: string,
  subgraph: string,
  all: readonly SubgraphIndex[],
): { name: string; element: Element }[] {
  return all.flatMap(({ name, elements }) => {
    const element = elements.get(coordinate);
    return name === subgraph || !element ? [] : [{ name, element }];
  });
}

/** A list for a sentence. */
export function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
