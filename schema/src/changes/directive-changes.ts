import { DirectiveLocation, type GraphQLDirective, type GraphQLSchema } from 'graphql';
import type { Change } from './change.ts';
import { difference } from './difference.ts';
import { argumentChanges } from './input-changes.ts';

/** Where operations may have directives: https://spec.graphql.org/draft/#ExecutableDirectiveLocation */
const IN_OPERATIONS: ReadonlySet<string> = new Set([
  DirectiveLocation.QUERY,
  DirectiveLocation.MUTATION,
  DirectiveLocation.SUBSCRIPTION,
  DirectiveLocation.FIELD,
  DirectiveLocation.FRAGMENT_DEFINITION,
  DirectiveLocation.FRAGMENT_SPREAD,
  DirectiveLocation.INLINE_FRAGMENT,
  DirectiveLocation.VARIABLE_DEFINITION,
]);

/** What differs in the directives that clients can write. */
export function directiveChanges(before: GraphQLSchema, after: GraphQLSchema): Change[] {
  const { removed, added, kept } = difference(forClients(before), forClients(after));
  return [
    ...removed.map(({ name }) => changed(name, 'directive-removed', 'breaking', `@${name} is removed.`)),
    ...added.map(({ name }) => changed(name, 'directive-added', 'safe', `@${name} is new.`)),
    ...kept.flatMap(([old, now]) => [
      ...placesLost(old, now),
      ...(old.isRepeatable && !now.isRepeatable
        ? [changed(old.name, 'directive-not-repeatable', 'breaking', `@${old.name} can no longer be repeated.`)]
        : []),
      ...argumentChanges(`@${old.name}`, old.args, now.args),
    ]),
  ];
}

function forClients(schema: GraphQLSchema): Map<string, GraphQLDirective> {
  const directives = schema.getDirectives().filter(({ locations }) => locations.some((one) => IN_OPERATIONS.has(one)));
  return new Map(directives.map((directive) => [directive.name, directive]));
}

function placesLost({ name, locations }: GraphQLDirective, now: GraphQLDirective): Change[] {
  return locations
    .filter((place) => IN_OPERATIONS.has(place) && !now.locations.includes(place))
    .map((place) => changed(name, 'directive-place-removed', 'breaking', `@${name} can no longer stand on ${place}.`));
}

function changed(name: string, kind: string, severity: Change['severity'], message: string): Change {
  const coordinate = `@${name}`;
  return { kind, coordinate, severity, message, concern: { of: 'coordinate', coordinate } };
}
