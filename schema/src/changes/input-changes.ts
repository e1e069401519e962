import {
  astFromValue,
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
  print,
} from 'graphql';
import type { Change, Concern } from './change.ts';
import { deprecationChanges } from './deprecation-changes.ts';
import { difference } from './difference.ts';

/** An argument or an input field, and whom it concerns when it is given and when it has to be. */
interface Slot {
  noun: 'argument' | 'input-field';
  coordinate: (name: string) => string;
  isRequired: (input: GraphQLArgument & GraphQLInputField) => boolean;
  /** Whoever uses what the input belongs to, with or without giving it. */
  anyUse: Concern;
}

/** What differs in the arguments of a field or a directive (`T.f`, `@d`). */
export function argumentChanges(
  owner: string,
  before: readonly GraphQLArgument[],
  after: readonly GraphQLArgument[],
): Change[] {
  const byName = (args: readonly GraphQLArgument[]) => new Map(args.map((arg) => [arg.name, arg]));
  const slot: Slot = {
    noun: 'argument',
    coordinate: (name) => `${owner}(${name}:)`,
    isRequired: isRequiredArgument,
    anyUse: { of: 'coordinate', coordinate: owner },
  };
  return changesIn(slot, byName(before), byName(after));
}

/** What differs in the fields of an input type. */
export function inputObjectChanges(old: GraphQLInputObjectType, now: GraphQLInputObjectType): Change[] {
  const { name } = old;
  const slot: Slot = {
    noun: 'input-field',
    coordinate: (field) => `${name}.${field}`,
    isRequired: isRequiredInputField,
    anyUse: { of: 'input', type: name },
  };
  const fields = (type: GraphQLInputObjectType) => new Map(Object.entries(type.getFields()));
  return [...oneOfChanges(old, now, slot.anyUse), ...changesIn(slot, fields(old), fields(now))];
}

function oneOfChanges(old: GraphQLInputObjectType, now: GraphQLInputObjectType, concern: Concern): Change[] {
  if (old.isOneOf === now.isOneOf) return [];
  const coordinate = old.name;
  if (now.isOneOf) {
    const message = `${coordinate} takes exactly one field now (@oneOf).`;
    return [{ kind: 'one-of-added', coordinate, severity: 'breaking', message, concern }];
  }
  const message = `${coordinate} takes more than one field now (no longer @oneOf).`;
  return [{ kind: 'one-of-removed', coordinate, severity: 'safe', message, concern }];
}

type Input = GraphQLArgument | GraphQLInputField;

function changesIn(slot: Slot, before: ReadonlyMap<string, Input>, after: ReadonlyMap<string, Input>): Change[] {
  const { removed, added, kept } = difference(before, after);
  return [
    ...removed.map(({ name }): Change => {
      const coordinate = slot.coordinate(name);
      const message = `${coordinate} is removed.`;
      const concern = { of: 'coordinate', coordinate } as const;
      return { kind: `${slot.noun}-removed`, coordinate, severity: 'breaking', message, concern };
    }),
    ...added.map((input): Change => {
      const coordinate = slot.coordinate(input.name);
      if (slot.isRequired(input)) {
        const message = `${coordinate} is new and has to be given.`;
        return { kind: `required-${slot.noun}-added`, coordinate, severity: 'breaking', message, concern: slot.anyUse };
      }
      const message = `${coordinate} is new and can be left out.`;
      return { kind: `optional-${slot.noun}-added`, coordinate, severity: 'safe', message, concern: slot.anyUse };
    }),
    ...kept.flatMap(([old, now]) => [
      ...inputChange(slot, old, now),
      ...deprecationChanges(slot.coordinate(old.name), old, now),
    ]),
  ];
}

function inputChange(slot: Slot, old: Input, now: Input): Change[] {
  const coordinate = slot.coordinate(old.name);
  if (slot.isRequired(now) && !slot.isRequired(old)) {
    const message = `${coordinate} has to be given now: ${asWritten(now)} instead of ${asWritten(old)}.`;
    return [{ kind: `${slot.noun}-made-required`, coordinate, severity: 'breaking', message, concern: slot.anyUse }];
  }
  const given: Concern = { of: 'coordinate', coordinate };
  const changes: Change[] = [];
  if (String(old.type) !== String(now.type)) {
    const severity = isSafeToGive(old.type, now.type) ? 'safe' : 'breaking';
    const message = `${coordinate} takes ${now.type} instead of ${old.type}.`;
    changes.push({ kind: `${slot.noun}-type-changed`, coordinate, severity, message, concern: given });
  }
  const [was, is] = [defaultOf(old), defaultOf(now)];
  if (was !== is) {
    const message = `${coordinate} is ${is ?? 'nothing'} where it is left out, instead of ${was ?? 'nothing'}.`;
    const kind = `${slot.noun}-default-changed`;
    changes.push({ kind, coordinate, severity: 'dangerous', message, concern: slot.anyUse });
  }
  return changes;
}

/** Whether whatever could be given before can be given now: the same, or null in more places. */
function isSafeToGive(before: GraphQLInputType, after: GraphQLInputType): boolean {
  if (isNonNullType(after)) return isNonNullType(before) && isSafeToGive(before.ofType, after.ofType);
  if (isNonNullType(before)) return isSafeToGive(before.ofType, after);
  // One value where a list is wanted is made a list, but a variable of the old type does not fit there.
  if (isListType(before)) return isListType(after) && isSafeToGive(before.ofType, after.ofType);
  return !isListType(after) && before.name === after.name;
}

function asWritten(input: Input): string {
  const preset = defaultOf(input);
  return preset === null ? String(input.type) : `${input.type} = ${preset}`;
}

function defaultOf({ defaultValue, type }: Input): string | null {
  if (defaultValue === undefined) return null;
  const value = astFromValue(defaultValue, type);
  return value ? print(value) : null;
}
