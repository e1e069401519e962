import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isListType,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql';
import { fragmentsOf } from '../planning/operation-document.ts';
import { argumentsCost } from './argument-cost.ts';
import type { CostRules } from './cost-rules.ts';
import { amountOf, type Estimate, product, sum, type Variables } from './estimate.ts';
import { sizeOf } from './list-size.ts';
import { type Refusal, tooComplex } from './refusal.ts';

/** What an operation is estimated to cost with these variables. Throws UnknownSize where a slice is missing. */
export type CostEstimate = (variables: Variables) => number;

export interface PricedSchema {
  apiSchema: GraphQLSchema;
  costRules: CostRules;
}

const MUTATION = 10;
const OBJECT = 1;

/**
 * OPERATION_MAX_COST, DEFAULT_LIST_SIZE: makes a valid operation's estimate once; a request only looks up its variables.
 * The arithmetic is that of Apollo Router's demand control over the directives of IBM's cost specification: an object
 * costs 1, a scalar nothing, a field of Mutation 10, a list its size times what is in it; `@cost` says otherwise.
 */
export function compileCost(
  { apiSchema, costRules }: PricedSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  defaultListSize: number,
): CostEstimate {
  const root = apiSchema.getRootType(operation.operation);
  if (!root) return () => 0;
  const compiler = new CostCompiler(apiSchema, costRules, document, defaultListSize);
  const estimate = compiler.selections(operation.selectionSet, root, null);
  return (variables) => amountOf(estimate, variables);
}

/** Refuses what would cost more than any operation may. */
export function refuseCost(estimated: number, maxCost: number): Refusal | null {
  return estimated > maxCost
    ? tooComplex('cost', `The operation is estimated to cost ${estimated}, and none may cost more than ${maxCost}.`)
    : null;
}

/** `requireOneSlicingArgument` makes an operation invalid that has none, or several. */
export function notPriced(message: string): Refusal {
  return { guard: 'cost', code: 'GRAPHQL_VALIDATION_FAILED', message };
}

/** What the field above says about the length of the lists in it. */
interface Sized {
  fields: readonly string[];
  size: Estimate;
  /** Fragments that were estimated with this size. */
  fragments: Map<string, Estimate>;
}

class CostCompiler {
  readonly #schema: GraphQLSchema;
  readonly #rules: CostRules;
  readonly #defaultListSize: number;
  readonly #definitions: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #fragments = new Map<string, Estimate>();

  constructor(schema: GraphQLSchema, rules: CostRules, document: DocumentNode, defaultListSize: number) {
    this.#schema = schema;
    this.#rules = rules;
    this.#defaultListSize = defaultListSize;
    this.#definitions = fragmentsOf(document);
  }

  selections({ selections }: SelectionSetNode, parent: GraphQLCompositeType, sized: Sized | null): Estimate {
    return sum(
      selections.map((selection) => {
        if (selection.kind === Kind.FIELD) return onlyIf(selection.directives, this.#field(selection, parent, sized));
        if (selection.kind === Kind.FRAGMENT_SPREAD) {
          return onlyIf(selection.directives, this.#fragment(selection.name.value, sized));
        }
        const type = this.#compositeType(selection.typeCondition?.name.value) ?? parent;
        return onlyIf(selection.directives, this.selections(selection.selectionSet, type, sized));
      }),
    );
  }

  #fragment(name: string, sized: Sized | null): Estimate {
    const estimated = sized?.fragments ?? this.#fragments;
    const known = estimated.get(name);
    if (known !== undefined) return known;
    const definition = this.#definitions.get(name);
    const type = this.#compositeType(definition?.typeCondition.name.value);
    const estimate = definition && type ? this.selections(definition.selectionSet, type, sized) : 0;
    estimated.set(name, estimate);
    return estimate;
  }

  #field(node: FieldNode, parent: GraphQLCompositeType, sized: Sized | null): Estimate {
    const name = node.name.value;
    if (name.startsWith('__') || !('getFields' in parent)) return 0;
    const definition = parent.getFields()[name];
    if (definition === undefined) return 0;
    const type = getNamedType(definition.type);
    const [listSize] = this.#said(parent, (owner) => this.#rules.listSizes.get(`${owner}.${name}`));
    const size = listSize ? sizeOf(listSize, definition, node, this.#defaultListSize) : this.#defaultListSize;
    const below: Sized | null = listSize?.sizedFields.length
      ? { fields: listSize.sizedFields, size, fragments: new Map() }
      : null;
    const inside = node.selectionSet && isCompositeType(type) ? this.selections(node.selectionSet, type, below) : 0;
    const each = sum([this.#weight(parent, name, type), inside]);
    const times = isListType(getNullableType(definition.type)) ? (sized?.fields.includes(name) ? sized.size : size) : 1;
    return sum([product(times, each), argumentsCost(this.#rules, parent.name, definition, node)]);
  }

  #weight(parent: GraphQLCompositeType, field: string, type: GraphQLNamedType): number {
    const ofField = this.#said(parent, (owner) => this.#rules.weights.get(`${owner}.${field}`));
    if (ofField.length > 0) return Math.max(...ofField);
    if (parent === this.#schema.getRootType(OperationTypeNode.MUTATION)) return MUTATION;
    const ofType = this.#said(type, (name) => this.#rules.weights.get(name));
    return ofType.length > 0 ? Math.max(...ofType) : isCompositeType(type) ? OBJECT : 0;
  }

  /** What the supergraph says of a type, else of each that it may turn out to be. */
  #said<T>(type: GraphQLNamedType, read: (typeName: string) => T | undefined): T[] {
    const own = read(type.name);
    if (own !== undefined) return [own];
    const possible = isAbstractType(type) ? this.#schema.getPossibleTypes(type) : [];
    return possible.flatMap(({ name }) => read(name) ?? []);
  }

  #compositeType(name: string | undefined): GraphQLCompositeType | undefined {
    const type = name === undefined ? undefined : this.#schema.getType(name);
    return isCompositeType(type) ? type : undefined;
  }
}

/** Nothing for what `@skip` and `@include` leave out. */
function onlyIf(directives: readonly DirectiveNode[] | undefined, estimate: Estimate): Estimate {
  const conditions = (directives ?? []).flatMap(({ name, arguments: given }) => {
    const condition = given?.find((argument) => argument.name.value === 'if')?.value;
    const wanted = name.value === 'include';
    return condition && (wanted || name.value === 'skip') ? [{ condition, wanted }] : [];
  });
  if (conditions.length === 0 || estimate === 0) return estimate;
  return (variables) =>
    conditions.every(({ condition, wanted }) => valueFromASTUntyped(condition, variables) === wanted)
      ? amountOf(estimate, variables)
      : 0;
}
