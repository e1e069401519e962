import {
  type FieldNode,
  type GraphQLField,
  type GraphQLInputType,
  getNullableType,
  isInputObjectType,
  isListType,
  valueFromASTUntyped,
} from 'graphql';
import type { CostRules } from './cost-rules.ts';
import { type Estimate, sum } from './estimate.ts';

/** What `@cost` says of the arguments a field is given and of what is in them; others cost nothing. */
export function argumentsCost(
  { weights }: CostRules,
  parentName: string,
  definition: GraphQLField<unknown, unknown>,
  node: FieldNode,
): Estimate {
  if (weights.size === 0) return 0;
  return sum(
    (node.arguments ?? []).flatMap(({ name, value }): Estimate[] => {
      const type = definition.args.find((argument) => argument.name === name.value)?.type;
      const own = weights.get(`${parentName}.${definition.name}(${name.value}:)`) ?? 0;
      if (type === undefined || !mayCost(type, weights)) return [own];
      return [own, (variables) => inputCost(valueFromASTUntyped(value, variables), type, weights)];
    }),
  );
}

/** Looks one level deep: inputs within inputs are rare, and looked at when the operation is asked for. */
function mayCost(type: GraphQLInputType, weights: ReadonlyMap<string, number>): boolean {
  const bare = withoutLists(type);
  if (!isInputObjectType(bare)) return false;
  return Object.values(bare.getFields()).some(
    (field) => weights.has(`${bare.name}.${field.name}`) || isInputObjectType(withoutLists(field.type)),
  );
}

function withoutLists(type: GraphQLInputType): GraphQLInputType {
  const nullable = getNullableType(type);
  return isListType(nullable) ? withoutLists(nullable.ofType) : nullable;
}

function inputCost(value: unknown, type: GraphQLInputType, weights: ReadonlyMap<string, number>): number {
  if (Array.isArray(value)) return value.reduce<number>((total, each) => total + inputCost(each, type, weights), 0);
  const bare = withoutLists(type);
  if (!isInputObjectType(bare) || typeof value !== 'object' || value === null) return 0;
  return Object.values(bare.getFields()).reduce((total, field) => {
    const given: unknown = (value as Record<string, unknown>)[field.name];
    if (given === undefined) return total;
    return total + (weights.get(`${bare.name}.${field.name}`) ?? 0) + inputCost(given, field.type, weights);
  }, 0);
}
