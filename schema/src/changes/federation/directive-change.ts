import type { Change } from '../change.ts';
import { context, fromContext, interfaceObject } from './context-rules.ts';
import { cost, listSize } from './cost-rules.ts';
import { external, key, override, provides, requires, shareable } from './entity-rules.ts';
import { eventStream } from './event-stream-rule.ts';
import { changeOf, type Neighbours, type Rule } from './rule.ts';
import type { Applied, Element } from './subgraph-index.ts';
import { authenticated, inaccessible, policy, requiresScopes, tag } from './visibility-rules.ts';

const RULES: ReadonlyMap<string, Rule> = new Map(
  Object.entries({
    key,
    shareable,
    override,
    external,
    requires,
    provides,
    inaccessible,
    tag,
    authenticated,
    requiresScopes,
    policy,
    cost,
    listSize,
    eventStream,
    context,
    fromContext,
    interfaceObject,
  }),
);

/** What a directive of this name does differently on something that was there before and still is. */
export function directiveChange(
  name: string,
  {
    before,
    after,
    subgraph,
    neighbours,
  }: { before: Element; after: Element; subgraph: string; neighbours: Neighbours },
): Change[] {
  const old = missingFrom(after, before, name);
  const now = missingFrom(before, after, name);
  if (old.length === 0 && now.length === 0) return [];
  const found = { ...neighbours, subgraph, element: after, old, now };
  const judge = RULES.get(name);
  if (judge) return judge(found).map((judgement) => changeOf(name, found, judgement));
  const written = (all: readonly Applied[]) => all.map(({ text }) => `@${name}${text && `(${text})`}`).join(' ');
  const message = `${after.coordinate} of ${subgraph} has ${written(now) || `no @${name}`} instead of ${written(old) || 'none'}; this tool does not know what that means.`;
  return [changeOf(name, found, { what: 'changed', severity: 'dangerous', message })];
}

/** The directives of this name that `other` has and `one` has not. */
function missingFrom(one: Element, other: Element, name: string): Applied[] {
  const known = one.directives.filter((directive) => directive.name === name).map(({ text }) => text);
  return other.directives.filter((directive) => directive.name === name && !known.includes(directive.text));
}
