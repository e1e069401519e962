import type { Change } from '../change.ts';
import { difference } from '../difference.ts';
import { listed, type Neighbours, othersWith } from './rule.ts';
import { has, isShareable, type SubgraphIndex } from './subgraph-index.ts';

/**
 * Fields one subgraph no longer has and another resolves. Until all gateways have the new supergraph they ask the old
 * one, so the other has to have taken over before, by @override or @shareable. A field nobody has any more is a change of
 * the API.
 */
export function fieldsGone(old: SubgraphIndex, now: SubgraphIndex, { before, after }: Neighbours): Change[] {
  const { removed } = difference(old.elements, now.elements);
  return removed.flatMap((element): Change[] => {
    const { coordinate } = element;
    if (element.kind !== 'field' || has(element, 'external')) return [];
    const owners = othersResolving(coordinate, old.name, after);
    if (owners.length === 0) return [];
    const names = listed(owners);
    const concern = {
      of: 'field',
      type: element.typeName,
      field: coordinate.slice(element.typeName.length + 1),
    } as const;
    if (isShareable(old, element) || othersResolving(coordinate, old.name, before).length > 0) {
      const message = `${old.name} no longer has ${coordinate}; ${names} has it already.`;
      return [{ kind: 'field-moved', coordinate, subgraph: old.name, severity: 'safe', message, concern }];
    }
    const message = `${coordinate} moves from ${old.name} to ${names} at once; gateways that do not know yet still ask ${old.name}. Move it with @override(from: "${old.name}") first.`;
    return [{ kind: 'field-moved-at-once', coordinate, subgraph: old.name, severity: 'breaking', message, concern }];
  });
}

function othersResolving(coordinate: string, subgraph: string, all: readonly SubgraphIndex[]): string[] {
  const others = othersWith(coordinate, subgraph, all).filter(({ element }) => !has(element, 'external'));
  return others.map(({ name }) => name);
}
