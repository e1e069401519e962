import { type FieldNode, type GraphQLField, type ValueNode, valueFromASTUntyped } from 'graphql';
import type { ListSize } from './cost-rules.ts';
import type { Estimate, Variables } from './estimate.ts';

/** How many elements a field asks for, from its slicing arguments, else as many as are assumed. */
export function sizeOf(
  { slicingArguments, assumedSize, requireOneSlicingArgument }: ListSize,
  definition: GraphQLField<unknown, unknown>,
  node: FieldNode,
  defaultSize: number,
): Estimate {
  const otherwise = assumedSize ?? defaultSize;
  if (slicingArguments.length === 0) return otherwise;
  const readers = slicingArguments.map((path) => sliceReader(path, definition, node));
  const coordinate = `${definition.name}(${slicingArguments.join(', ')})`;
  const size = (variables: Variables) => {
    const given = readers.map(({ read }) => read(variables)).filter((value) => typeof value === 'number');
    if (requireOneSlicingArgument && given.length !== 1)
      throw new UnknownSize(`Exactly one of these arguments must say how much is wanted: ${coordinate}.`);
    if (given.length > 0) return Math.max(0, ...given);
    // Whoever says null gets what the server makes of it, which is most often the default.
    return Math.max(otherwise, ...readers.map(({ fallback }) => fallback));
  };
  const isKnown = (node.arguments ?? []).every(({ value }) => !holdsVariable(value));
  // A missing slice is told when the operation is asked for, like everything else that depends on its variables.
  if (!isKnown || requireOneSlicingArgument) return size;
  return size({});
}

/** Reads the value at `first`, or at `input.first` within an argument; `fallback` is the size it has by default, or 0. */
function sliceReader(
  path: string,
  definition: GraphQLField<unknown, unknown>,
  node: FieldNode,
): { read(variables: Variables): unknown; fallback: number } {
  const [argument, ...inner] = path.split('.');
  const given = node.arguments?.find(({ name }) => name.value === argument)?.value;
  const fallback = definition.args.find(({ name }) => name === argument)?.defaultValue;
  const within = (value: unknown) =>
    inner.reduce<unknown>((outer, name) => (outer as Record<string, unknown> | null)?.[name], value);
  const usual = within(fallback);
  return {
    read: (variables) =>
      within((given && valueFromASTUntyped(given, variables)) ?? (isAbsent(given, variables) ? fallback : null)),
    fallback: typeof usual === 'number' ? usual : 0,
  };
}

/** By the specification a variable nobody gave a value leaves its argument out; null is a value. */
function isAbsent(given: ValueNode | undefined, variables: Variables): boolean {
  return given === undefined || (given.kind === 'Variable' && variables[given.name.value] === undefined);
}

function holdsVariable(value: ValueNode): boolean {
  if (value.kind === 'Variable') return true;
  if (value.kind === 'ListValue') return value.values.some(holdsVariable);
  if (value.kind === 'ObjectValue') return value.fields.some((field) => holdsVariable(field.value));
  return false;
}

/** Nobody can say how long a list will be. */
export class UnknownSize extends Error {}
