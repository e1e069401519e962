import {
  type ConstDirectiveNode,
  type DocumentNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  Kind,
} from 'graphql';
import { applications, linkedDirective } from './linked-directives.ts';

/** What a viewer has to bring: a valid token, or all the scopes, or policies, of one of several sets. */
export type Requirement =
  | { kind: 'authenticated' }
  | { kind: 'scopes'; anyOf: readonly (readonly string[])[] }
  | { kind: 'policies'; anyOf: readonly (readonly string[])[] };

/** What types and fields demand, by schema coordinate: `Type`, `Type.field`. Equal requirements are one object. */
export type AccessRules = ReadonlyMap<string, readonly Requirement[]>;

/** Reads `@authenticated`, `@requiresScopes` and `@policy` of a supergraph, by whatever names it imports them. */
export function readAccessRules(supergraph: DocumentNode): AccessRules {
  const names = {
    authenticated: linkedDirective(supergraph, 'authenticated'),
    scopes: linkedDirective(supergraph, 'requiresScopes'),
    policies: linkedDirective(supergraph, 'policy'),
  };
  const rules = new Map<string, readonly Requirement[]>();
  if (Object.values(names).every((name) => name === null)) return rules;
  const known = new Map<string, Requirement>();
  const one = (requirement: Requirement): Requirement => {
    const key = JSON.stringify(requirement);
    if (!known.has(key)) known.set(key, requirement);
    return known.get(key) ?? requirement;
  };
  const read = (coordinate: string, directives: readonly ConstDirectiveNode[] | undefined) => {
    const found = [
      ...applications(names.authenticated, directives).map(() => one({ kind: 'authenticated' })),
      ...applications(names.scopes, directives).map(({ scopes }) => one({ kind: 'scopes', anyOf: setsOf(scopes) })),
      ...applications(names.policies, directives).map(({ policies }) =>
        one({ kind: 'policies', anyOf: setsOf(policies) }),
      ),
    ];
    if (found.length > 0) rules.set(coordinate, found);
  };

  for (const definition of supergraph.definitions) {
    switch (definition.kind) {
      case Kind.OBJECT_TYPE_DEFINITION:
      case Kind.INTERFACE_TYPE_DEFINITION:
        read(definition.name.value, definition.directives);
        for (const field of definition.fields ?? []) {
          read(`${definition.name.value}.${field.name.value}`, field.directives);
        }
        break;
      case Kind.ENUM_TYPE_DEFINITION:
      case Kind.SCALAR_TYPE_DEFINITION:
        read(definition.name.value, definition.directives);
    }
  }
  return rules;
}

/** In SDL a list of one may be written without its brackets. */
function setsOf(value: unknown): string[][] {
  const list = (inner: unknown): unknown[] => (Array.isArray(inner) ? inner : [inner]);
  return list(value).map((set) => list(set).map(String));
}

/**
 * All that a field demands where it is selected: by itself, by the type it returns and by the type it is of. Through an
 * interface it demands what the field demands on every type that may come back, since the answer must not depend on which
 * one does; a fragment on one type asks for what that type demands.
 */
export function requirementsOf(
  schema: GraphQLSchema,
  rules: AccessRules,
  parent: GraphQLCompositeType,
  fieldName: string,
): Requirement[] {
  const field = 'getFields' in parent ? parent.getFields()[fieldName] : undefined;
  const possible = isAbstractType(parent) ? schema.getPossibleTypes(parent) : [];
  const coordinates = [parent, ...possible].flatMap(({ name }) => [name, `${name}.${fieldName}`]);
  if (field) coordinates.push(getNamedType(field.type).name);
  return [...new Set(coordinates.flatMap((coordinate) => rules.get(coordinate) ?? []))];
}
