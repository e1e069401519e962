import { type GraphQLSchema, getNamedType, isInterfaceType, isObjectType } from 'graphql';

/** The names of all types that some field returns. */
export function typesReturned(schema: GraphQLSchema): Set<string> {
  const names = new Set<string>();
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const field of Object.values(type.getFields())) names.add(getNamedType(field.type).name);
  }
  return names;
}
