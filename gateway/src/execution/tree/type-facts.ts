import { type GraphQLSchema, isAbstractType, isInterfaceType, isObjectType } from 'graphql';

/** What is asked of a supergraph's types while data of its subgraphs is put together. */
export interface TypeFacts {
  /** The names a `__typename` may have where a fragment on `condition` applies. */
  namesWithin(condition: string): ReadonlySet<string>;
  isAbstract(typeName: string): boolean;
  /** Whether there is a type of this name. */
  isType(name: string): boolean;
}

/** Expects the schema with all types of all subgraphs. */
export function createTypeFacts(schema: GraphQLSchema): TypeFacts {
  const known = new Map<string, ReadonlySet<string>>();
  return {
    namesWithin(condition) {
      const names = known.get(condition) ?? namesWithin(schema, condition);
      known.set(condition, names);
      return names;
    },
    isType: (name) => schema.getType(name) !== undefined,
    isAbstract: (typeName) => isAbstractType(schema.getType(typeName)),
  };
}

function namesWithin(schema: GraphQLSchema, condition: string): ReadonlySet<string> {
  const type = schema.getType(condition);
  if (!isAbstractType(type)) return new Set([condition]);
  const within = Object.values(schema.getTypeMap()).filter(
    (other) => (isObjectType(other) || isInterfaceType(other)) && schema.isSubType(type, other),
  );
  return new Set([condition, ...within.map(({ name }) => name)]);
}
