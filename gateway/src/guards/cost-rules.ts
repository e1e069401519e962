import { type ConstDirectiveNode, type DocumentNode, Kind } from 'graphql';
import { applications, linkedDirective } from './linked-directives.ts';

/** What the supergraph says its parts cost, by schema coordinate: `Type`, `Type.field`, `Type.field(argument:)`. */
export interface CostRules {
  weights: ReadonlyMap<string, number>;
  listSizes: ReadonlyMap<string, ListSize>;
}

/** `@listSize`, as https://ibm.github.io/graphql-specs/cost-spec.html defines it. */
export interface ListSize {
  assumedSize: number | null;
  /** Names or dotted paths of arguments; the largest is the size. */
  slicingArguments: readonly string[];
  /** Fields of the returned object that the size is of, such as a connection's `edges`. */
  sizedFields: readonly string[];
  requireOneSlicingArgument: boolean;
}

/** Reads `@cost` and `@listSize` of a supergraph, by whatever names it imports them. */
export function readCostRules(supergraph: DocumentNode): CostRules {
  const cost = linkedDirective(supergraph, 'cost');
  const listSize = linkedDirective(supergraph, 'cost', 'listSize');
  const weights = new Map<string, number>();
  const listSizes = new Map<string, ListSize>();
  const readWeight = (coordinate: string, directives: readonly ConstDirectiveNode[] | undefined) => {
    for (const { weight } of applications(cost, directives)) weights.set(coordinate, Number(weight));
  };

  for (const definition of supergraph.definitions) {
    if (!('name' in definition) || definition.name === undefined) continue;
    const type = definition.name.value;
    if (!('directives' in definition) || definition.kind === Kind.OPERATION_DEFINITION) continue;
    readWeight(type, definition.directives as readonly ConstDirectiveNode[] | undefined);
    if (!('fields' in definition)) continue;
    for (const field of definition.fields ?? []) {
      const coordinate = `${type}.${field.name.value}`;
      readWeight(coordinate, field.directives);
      for (const applied of applications(listSize, field.directives)) listSizes.set(coordinate, listSizeOf(applied));
      if (field.kind !== Kind.FIELD_DEFINITION) continue;
      for (const argument of field.arguments ?? []) {
        readWeight(`${coordinate}(${argument.name.value}:)`, argument.directives);
      }
    }
  }
  return { weights, listSizes };
}

function listSizeOf(applied: Record<string, unknown>): ListSize {
  const names = (value: unknown) => (Array.isArray(value) ? value.map(String) : []);
  const slicingArguments = names(applied.slicingArguments);
  return {
    assumedSize:
      typeof applied.assumedSize === 'number' ? applied.assumedSize : Number(applied.assumedSize ?? NaN) || null,
    slicingArguments,
    sizedFields: names(applied.sizedFields),
    requireOneSlicingArgument: slicingArguments.length > 0 && applied.requireOneSlicingArgument !== false,
  };
}
