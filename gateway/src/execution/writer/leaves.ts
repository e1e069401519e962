import { type GraphQLEnumType, type GraphQLLeafType, isEnumType } from 'graphql';
import { jsonString } from '../tree/json-string.ts';
import { fail, type Writer } from './writer.ts';

const MAX_INT = 2 ** 31 - 1;
const MIN_INT = -(2 ** 31);

const builtIn = new Map<string, Writer>([
  ['String', (value, writing, at) => (typeof value === 'string' ? jsonString(value) : misfit('String', writing, at))],
  [
    'ID',
    (value, writing, at) => {
      if (typeof value === 'string') return jsonString(value);
      return Number.isInteger(value) ? `"${value}"` : misfit('ID', writing, at);
    },
  ],
  [
    'Int',
    (value, writing, at) => {
      const fits = Number.isInteger(value) && (value as number) <= MAX_INT && (value as number) >= MIN_INT;
      return fits ? String(value) : misfit('Int', writing, at);
    },
  ],
  ['Float', (value, writing, at) => (Number.isFinite(value) ? String(value) : misfit('Float', writing, at))],
  ['Boolean', (value, writing, at) => (typeof value === 'boolean' ? String(value) : misfit('Boolean', writing, at))],
]);

/** The writer of a scalar's or an enum's values. What custom scalars allow only their subgraphs know. */
export function leafWriter(type: GraphQLLeafType): Writer {
  if (isEnumType(type)) return enumWriter(type);
  return builtIn.get(type.name) ?? customScalar;
}

const customScalar: Writer = (value, writing, at) => {
  if (typeof value === 'string') return jsonString(value);
  // JSON can say a number that none can hold, such as 1e999, and would write null for it.
  if (typeof value === 'number' && !Number.isFinite(value)) return misfit('number', writing, at);
  try {
    return JSON.stringify(value);
  } catch {
    // Lists in lists, deeper than the stack.
    return misfit('value of any use', writing, at);
  }
};

function enumWriter(type: GraphQLEnumType): Writer {
  const texts = new Map<unknown, string>(type.getValues().map(({ name }) => [name, `"${name}"`]));
  return (value, writing, at) => texts.get(value) ?? misfit(type.name, writing, at);
}

function misfit(typeName: string, writing: Parameters<Writer>[1], at: Parameters<Writer>[2]): string {
  return fail(writing, at, `A subgraph sent a value that is no ${typeName}.`);
}
