import {
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isUnionType,
} from 'graphql';
import type { Concern } from './change.ts';
import type { Certainty, Use, User } from './uses.ts';

/** Finds whom a change concerns; null where it does not depend on clients. */
export type WhoUses = (concern: Concern) => User[] | null;

/** Prepares to find whom changes of a schema concern, among those who used it as it was. */
export function whoUses(before: GraphQLSchema, uses: readonly Use[]): WhoUses {
  const typeOf = typesByCoordinate(before);
  const abstracts = abstractTypes(before);
  const known = uses.map((use) => ({ label: use.label, ...derive(use, typeOf) }));
  return (concern) => {
    if (concern.of === 'services') return null;
    return known.flatMap(({ label, ...one }) => {
      const certainty = certaintyOf(concern, one, abstracts);
      return certainty ? [{ label, certainty }] : [];
    });
  };
}

interface Derived {
  certain: ReadonlySet<string>;
  possible: ReadonlySet<string>;
  /** Types that selected fields return. */
  returned: ReadonlySet<string>;
  /** Types of values that are given, and of those that may be. */
  given: ReadonlySet<string>;
  perhapsGiven: ReadonlySet<string>;
  /** Types it has to do with in any way. */
  touched: ReadonlySet<string>;
}

function derive({ certain, possible }: Use, typeOf: TypesByCoordinate): Derived {
  const typesOf = (coordinates: ReadonlySet<string>, types: ReadonlyMap<string, string>) =>
    new Set([...coordinates].flatMap((coordinate) => types.get(coordinate) ?? []));
  const returned = typesOf(certain, typeOf.output);
  const named = [...certain].filter((coordinate) => /^\w+$/.test(coordinate));
  const owners = [...certain].flatMap((coordinate) => /^(\w+)\./.exec(coordinate)?.[1] ?? []);
  const given = typesOf(certain, typeOf.input);
  const perhapsGiven = typesOf(possible, typeOf.input);
  const givers = [...named, ...owners];
  return {
    certain,
    possible,
    returned,
    given: new Set([...given, ...givers]),
    perhapsGiven,
    touched: new Set([...givers, ...returned, ...given]),
  };
}

function certaintyOf(
  concern: Exclude<Concern, { of: 'services' }>,
  use: Derived,
  abstracts: AbstractTypes,
): Certainty | null {
  const given = (isCertain: boolean, isPossible: boolean) =>
    isCertain ? 'certain' : isPossible ? 'in-variable' : null;
  const gotten = (isCertain: boolean, isPossible: boolean) => (isCertain ? 'certain' : isPossible ? 'in-answer' : null);
  switch (concern.of) {
    case 'coordinate':
      return given(use.certain.has(concern.coordinate), use.possible.has(concern.coordinate));
    case 'field': {
      const { type, field } = concern;
      return gotten(
        use.certain.has(`${type}.${field}`),
        abstractsOf(type, abstracts).some((abstract) => use.certain.has(`${abstract}.${field}`)),
      );
    }
    case 'type': {
      const { type } = concern;
      return (
        given(use.touched.has(type), use.perhapsGiven.has(type)) ??
        gotten(
          false,
          abstractsOf(type, abstracts).some((abstract) => use.touched.has(abstract)),
        )
      );
    }
    case 'input':
      return given(use.given.has(concern.type), use.perhapsGiven.has(concern.type));
    case 'output':
      return gotten(use.returned.has(concern.type), false);
    case 'enum-value': {
      const coordinate = `${concern.type}.${concern.value}`;
      return given(use.certain.has(coordinate) || use.returned.has(concern.type), use.possible.has(coordinate));
    }
    case 'member':
      return gotten(
        use.touched.has(concern.abstract) && use.touched.has(concern.type),
        use.touched.has(concern.abstract),
      );
  }
}

/** The interfaces and unions each type is one of. */
type AbstractTypes = ReadonlyMap<string, readonly string[]>;

function abstractsOf(type: string, abstracts: AbstractTypes): readonly string[] {
  return abstracts.get(type) ?? [];
}

function abstractTypes(schema: GraphQLSchema): AbstractTypes {
  const abstracts = new Map<string, string[]>();
  const add = (type: string, abstract: string) => abstracts.set(type, [...(abstracts.get(type) ?? []), abstract]);
  for (const type of Object.values(schema.getTypeMap())) {
    if (isUnionType(type)) for (const { name } of type.getTypes()) add(name, type.name);
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const { name } of type.getInterfaces()) add(type.name, name);
  }
  return abstracts;
}

interface TypesByCoordinate {
  /** What fields return. */
  output: ReadonlyMap<string, string>;
  /** What arguments and input fields take. */
  input: ReadonlyMap<string, string>;
}

function typesByCoordinate(schema: GraphQLSchema): TypesByCoordinate {
  const output = new Map<string, string>();
  const input = new Map<string, string>();
  for (const type of Object.values(schema.getTypeMap())) {
    if (isInputObjectType(type)) {
      for (const field of Object.values(type.getFields())) {
        input.set(`${type.name}.${field.name}`, getNamedType(field.type).name);
      }
    }
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      output.set(`${type.name}.${field.name}`, getNamedType(field.type).name);
      for (const { name, type: of } of field.args) {
        input.set(`${type.name}.${field.name}(${name}:)`, getNamedType(of).name);
      }
    }
  }
  for (const directive of schema.getDirectives()) {
    for (const { name, type } of directive.args) input.set(`@${directive.name}(${name}:)`, getNamedType(type).name);
  }
  return { output, input };
}
