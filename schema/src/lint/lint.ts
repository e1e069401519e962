import type { GraphQLSchema } from 'graphql';
import type { Finding } from '../report/report.ts';
import type { Subgraph } from '../repository.ts';
import { publicElements } from './elements.ts';
import type { LintSettings } from './lint-settings.ts';
import type { Rule } from './rule.ts';
import { boundedLists } from './rules/bounded-lists.ts';
import { connections } from './rules/connections.ts';
import { deprecations } from './rules/deprecations.ts';
import { descriptions } from './rules/descriptions.ts';
import { eventStreams } from './rules/event-streams.ts';
import { mutationAccess } from './rules/mutation-access.ts';
import { mutationShape } from './rules/mutation-shape.ts';
import { names } from './rules/names.ts';
import { nullableEdges } from './rules/nullable-edges.ts';
import { removals } from './rules/removals.ts';

/** Every rule there is. */
export const RULES: readonly Rule[] = [
  descriptions,
  names,
  connections,
  mutationShape,
  mutationAccess,
  nullableEdges,
  boundedLists,
  deprecations,
  removals,
  eventStreams,
];

export interface Linted {
  subgraphs: readonly Subgraph[];
  /** What clients see. */
  api: GraphQLSchema;
  /** What clients saw before; without it nothing is said of removals. */
  base: GraphQLSchema | null;
  settings: LintSettings;
  /** YYYY-MM-DD. */
  today: string;
}

/** What the rules have to say, less what the settings allow; an exception that nothing needs any more is found too. */
export function lint({ subgraphs, api, base, settings, today }: Linted): Finding[] {
  const elements = publicElements(subgraphs, api);
  const findings = RULES.flatMap((rule) => rule.check({ elements, api, base, settings, today }));
  const exceptions = settings.allow.flatMap(({ rule, coordinates }) =>
    coordinates.map((coordinate) => ({ rule, coordinate, matches: matcherOf(coordinate), isUsed: false })),
  );
  const kept = findings.filter((finding) => {
    const allowing = exceptions.filter(
      ({ rule, matches }) => rule === finding.rule && matches(finding.coordinate ?? ''),
    );
    for (const exception of allowing) exception.isUsed = true;
    return allowing.length === 0;
  });
  // A removal is only seen by whoever has a base.
  const unused = exceptions.filter(({ rule, isUsed }) => !isUsed && !(rule === removals.name && base === null));
  return [...kept, ...unused.map(unusedException)];
}

function unusedException({ rule, coordinate }: { rule: string; coordinate: string }): Finding {
  const isKnown = RULES.some(({ name }) => name === rule);
  return {
    level: 'error',
    rule: 'unused-exception',
    coordinate,
    message: isKnown
      ? `${coordinate} is allowed to break the rule ${rule}, and does not: take it out of lint.allow.`
      : `lint.allow names the rule ${rule}; there are ${RULES.map(({ name }) => name).join(', ')}.`,
  };
}

function matcherOf(pattern: string): (coordinate: string) => boolean {
  const source = pattern.split('*').map((part) => part.replace(/[\\^$.+?()[\]{}|]/g, '\\$&'));
  const expression = new RegExp(`^${source.join('.*')}$`);
  return (coordinate) => expression.test(coordinate);
}
