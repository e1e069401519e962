import type { Subgraph } from '../../repository.ts';
import type { Change } from '../change.ts';
import { difference } from '../difference.ts';
import { ACCESS, accessChanges } from './access-changes.ts';
import { directiveChange } from './directive-change.ts';
import { fieldsGone } from './moved-fields.ts';
import type { Neighbours } from './rule.ts';
import { type Element, indexSubgraph, type SubgraphIndex } from './subgraph-index.ts';

const NAME_OF_ALL = 'the supergraph';

/** Those that stand in a supergraph as they stand in subgraphs, beside those of access. */
const KEPT_IN_SUPERGRAPHS = new Set(['tag', 'cost', 'listSize', 'eventStream']);

const MOVING = new Set(['override']);

/** Said elsewhere: deprecations and scalars where the API is compared, links and composition by the composer. */
const NOT_COMPARED = new Set(['deprecated', 'specifiedBy', 'oneOf', 'link', 'composeDirective', 'extends']);

/** What differs between the subgraphs themselves that the API does not show. Throws CannotRun for SDL that cannot be read. */
export function federationChanges(before: readonly Subgraph[], after: readonly Subgraph[]): Change[] {
  const neighbours: Neighbours = { before: before.map(indexSubgraph), after: after.map(indexSubgraph) };
  const byName = (all: readonly SubgraphIndex[]) => new Map(all.map((one) => [one.name, one]));
  const { removed, added, kept } = difference(byName(neighbours.before), byName(neighbours.after));
  return [
    ...added.map(({ name }) =>
      subgraphChange(
        'subgraph-added',
        name,
        'safe',
        `The subgraph ${name} is new; start it before gateways have the new supergraph.`,
      ),
    ),
    ...removed.map(({ name }) =>
      subgraphChange(
        'subgraph-removed',
        name,
        'dangerous',
        `The subgraph ${name} is gone; stop it after all gateways have the new supergraph.`,
      ),
    ),
    ...kept.flatMap(([old, now]) => [
      ...urlChange(old, now),
      ...directiveChanges(old, now, neighbours),
      ...fieldsGone(old, now, neighbours),
    ]),
    ...accessChanges(neighbours),
  ];
}

/** What differs between two supergraphs where the subgraphs as they were written are not known: less than they would tell. */
export function supergraphChanges(before: string, after: string): Change[] {
  const index = (sdl: string) => indexSubgraph({ name: NAME_OF_ALL, url: '', sdl, file: 'schema/supergraph.graphql' });
  const [old, now] = [index(before), index(after)];
  const neighbours = { before: [old], after: [now] };
  return [...directiveChanges(old, now, neighbours, KEPT_IN_SUPERGRAPHS), ...accessChanges(neighbours)];
}

function subgraphChange(kind: string, name: string, severity: Change['severity'], message: string): Change {
  return { kind, coordinate: name, subgraph: name, severity, message, concern: { of: 'services' } };
}

function urlChange(old: SubgraphIndex, now: SubgraphIndex): Change[] {
  // What was read without settings has no address.
  if (old.url === now.url || old.url === '') return [];
  const message = `${now.name} is asked at ${now.url} instead of ${old.url}.`;
  return [subgraphChange('subgraph-url-changed', now.name, 'dangerous', message)];
}

function directiveChanges(
  old: SubgraphIndex,
  now: SubgraphIndex,
  neighbours: Neighbours,
  only?: ReadonlySet<string>,
): Change[] {
  const { kept, added } = difference(old.elements, now.elements);
  const compared = (before: Element, after: Element, chosen: ReadonlySet<string> | undefined) =>
    [...namesOf(before, after)]
      .filter((name) => chosen?.has(name) ?? true)
      .flatMap((name) => directiveChange(name, { before, after, subgraph: now.name, neighbours }));
  return [
    ...kept.flatMap(([before, after]) => compared(before, after, only)),
    // A field that moves is new to where it goes.
    ...added.flatMap((element) => compared({ ...element, directives: [] }, element, MOVING)),
  ];
}

function namesOf(before: Element, after: Element): Set<string> {
  const names = [...before.directives, ...after.directives].map(({ name }) => name);
  return new Set(names.filter((name) => !NOT_COMPARED.has(name) && !ACCESS.has(name)));
}
