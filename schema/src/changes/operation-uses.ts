import {
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  type NamedTypeNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { RegisteredOperation } from '../registered-operations.ts';
import type { Use } from './uses.ts';

/** Reads from each operation what it uses of a schema; what the schema does not have is left out. */
export function usesOfOperations(operations: readonly RegisteredOperation[], schema: GraphQLSchema): Use[] {
  const reachable = new Map<string, Set<string>>();
  return operations.map((operation) => {
    const certain = new Set<string>();
    const possible = new Set<string>();
    const info = new TypeInfo(schema);
    const name = ({ name: { value } }: NamedTypeNode) => certain.add(value);
    visit(
      operation.document,
      visitWithTypeInfo(info, {
        Field() {
          const [parent, field] = [info.getParentType(), info.getFieldDef()];
          if (parent && field && !field.name.startsWith('__')) certain.add(`${parent.name}.${field.name}`);
        },
        Directive({ name: { value } }) {
          certain.add(`@${value}`);
        },
        Argument({ name: { value } }) {
          const [parent, field, directive] = [info.getParentType(), info.getFieldDef(), info.getDirective()];
          if (directive) certain.add(`@${directive.name}(${value}:)`);
          else if (parent && field) certain.add(`${parent.name}.${field.name}(${value}:)`);
        },
        ObjectField({ name: { value } }) {
          const type = getNamedType(info.getParentInputType());
          if (type) certain.add(`${type.name}.${value}`);
        },
        EnumValue({ value }) {
          const type = getNamedType(info.getInputType());
          if (type) certain.add(`${type.name}.${value}`);
        },
        VariableDefinition() {
          const type = getNamedType(info.getInputType());
          if (!type) return;
          certain.add(type.name);
          for (const coordinate of reachableFrom(type.name, schema, reachable)) possible.add(coordinate);
        },
        InlineFragment({ typeCondition }) {
          if (typeCondition) name(typeCondition);
        },
        FragmentDefinition({ typeCondition }) {
          name(typeCondition);
        },
      }),
    );
    return { label: `${operation.file} (${operation.name})`, certain, possible };
  });
}

/** All input fields and enum values that a value of an input type can have, at any depth. */
function reachableFrom(name: string, schema: GraphQLSchema, known: Map<string, Set<string>>): Set<string> {
  const before = known.get(name);
  if (before) return before;
  const coordinates = new Set<string>();
  const seen = new Set<string>();
  const gather = (typeName: string) => {
    if (seen.has(typeName)) return;
    seen.add(typeName);
    const type = schema.getType(typeName);
    if (isEnumType(type)) for (const value of type.getValues()) coordinates.add(`${typeName}.${value.name}`);
    if (!isInputObjectType(type)) return;
    for (const field of Object.values(type.getFields())) {
      coordinates.add(`${typeName}.${field.name}`);
      gather(getNamedType(field.type).name);
    }
  };
  gather(name);
  known.set(name, coordinates);
  return coordinates;
}
