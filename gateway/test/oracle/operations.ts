import {
  type DocumentNode,
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
  parse,
  validate,
} from 'graphql';
import type { Choices } from './choices.ts';

export interface AskedOperation {
  text: string;
  document: DocumentNode;
  variables: Record<string, unknown>;
}

/** Names that plans use for themselves, and others for fields to be confused with. */
const CLASHING_ALIASES = [
  'id',
  'id',
  'id',
  'id',
  'sku',
  'nest',
  'a',
  'b',
  'k',
  '__typename',
  'v0',
  'e0f0',
  'e0f1',
  'e1f0',
  '_0_',
  '__proto__',
  'constructor',
];

const DEPTH = 5;

interface Writing {
  schema: GraphQLSchema;
  choices: Choices;
  fragments: Map<string, { on: string; text: string }>;
  variables: Map<string, string>;
  values: Record<string, unknown>;
  names: number;
  /** How many fields may still come. */
  left: number;
}

/** Writes an operation for a schema; null where it is not valid, since two fields cannot be merged. */
export function operationFrom(choices: Choices, schema: GraphQLSchema): AskedOperation | null {
  const kind = schema.getMutationType() && choices.oneIn(5) ? 'mutation' : 'query';
  const root = kind === 'query' ? schema.getQueryType() : schema.getMutationType();
  if (!root) return null;
  const writing: Writing = {
    schema,
    choices,
    fragments: new Map(),
    variables: new Map(),
    values: {},
    names: 0,
    left: 5 + choices.below(30),
  };
  const body = selectionSet(writing, root, DEPTH);
  const definitions = [...writing.variables.values()];
  const fragments = [...writing.fragments].map(([name, { on, text }]) => `fragment ${name} on ${on} ${text}`);
  const text = [`${kind} ${definitions.length > 0 ? `(${definitions.join(', ')})` : ''} ${body}`, ...fragments].join(
    '\n',
  );
  const document = parse(text, { noLocation: true });
  if (validate(schema, document).length > 0) return null;
  return { text, document, variables: writing.values };
}

function selectionSet(writing: Writing, type: GraphQLCompositeType, depth: number): string {
  const { choices } = writing;
  const count = 1 + choices.below(4);
  return `{ ${Array.from({ length: count }, () => selection(writing, type, depth)).join(' ')} }`;
}

function selection(writing: Writing, type: GraphQLCompositeType, depth: number): string {
  const { choices } = writing;
  const kind = choices.below(12);
  if (kind === 11 && depth > 1) return fragmentOn(writing, type, depth);
  if (kind === 10) return spreadOn(writing, type, depth);
  if ((kind === 9 || kind === 8) && isAbstractType(type) && depth > 1) return fragmentOn(writing, type, depth);
  if (kind === 7) return `${alias(writing, 4)}__typename${conditions(writing)}`;
  const isRoot = type === writing.schema.getQueryType();
  if (isRoot && kind === 6 && choices.oneIn(3)) return introspection(writing);
  if (isUnionType(type)) return fragmentOn(writing, type, depth);
  return field(writing, type, depth);
}

function field(writing: Writing, type: Exclude<GraphQLCompositeType, { getTypes(): unknown }>, depth: number): string {
  const { choices } = writing;
  writing.left -= 1;
  const all = Object.values(type.getFields());
  const leaves = all.filter((candidate) => !isCompositeType(getNamedType(candidate.type)));
  const isOver = depth <= 1 || writing.left <= 0;
  const candidates = isOver ? leaves : all;
  if (candidates.length === 0) return '__typename';
  const { name, type: output, args } = choices.of(candidates);
  const given = args.flatMap((argument) => argumentText(writing, argument));
  const named = alias(writing, given.length > 0 ? 2 : 4);
  const inner = getNamedType(output);
  const below = isCompositeType(inner) ? ` ${selectionSet(writing, inner, depth - 1)}` : '';
  return `${named}${name}${given.length > 0 ? `(${given.join(', ')})` : ''}${conditions(writing)}${below}`;
}

function alias(writing: Writing, oneIn: number): string {
  const { choices } = writing;
  if (!choices.oneIn(oneIn)) return '';
  if (choices.oneIn(2)) return `${choices.of(CLASHING_ALIASES)}: `;
  writing.names += 1;
  return `x${writing.names}: `;
}

function conditions(writing: Writing): string {
  const { choices } = writing;
  if (!choices.oneIn(8)) return '';
  const condition = choices.of(['$yes', '$no', '$maybe', 'true', 'false']);
  if (condition === '$yes') writing.variables.set('yes', '$yes: Boolean = true');
  if (condition === '$no') writing.variables.set('no', '$no: Boolean! = false');
  if (condition === '$maybe') {
    writing.variables.set('maybe', '$maybe: Boolean!');
    writing.values.maybe ??= choices.oneIn(2);
  }
  return ` @${choices.of(['include', 'skip'])}(if: ${condition})`;
}

function fragmentOn(writing: Writing, type: GraphQLCompositeType, depth: number): string {
  const on = narrower(writing, type);
  const condition = on.name === type.name && writing.choices.oneIn(2) ? '' : ` on ${on.name}`;
  return `...${condition}${conditions(writing)} ${selectionSet(writing, on, depth - 1)}`;
}

function spreadOn(writing: Writing, type: GraphQLCompositeType, depth: number): string {
  const { choices, fragments } = writing;
  const on = narrower(writing, type);
  const known = [...fragments].find(([, fragment]) => fragment.on === on.name);
  if (known && known[1].text !== '' && choices.oneIn(2)) return `...${known[0]}${conditions(writing)}`;
  if (depth <= 1) return '__typename';
  const name = `F${fragments.size}`;
  fragments.set(name, { on: on.name, text: '' });
  fragments.set(name, { on: on.name, text: selectionSet(writing, on, depth - 1) });
  return `...${name}${conditions(writing)}`;
}

/** A type that some objects of the type are of. */
function narrower({ schema, choices }: Writing, type: GraphQLCompositeType): GraphQLCompositeType {
  const objects = isAbstractType(type) ? schema.getPossibleTypes(type) : [type];
  const around = Object.values(schema.getTypeMap()).filter(
    (other) => isAbstractType(other) && other !== type && objects.some((object) => schema.isSubType(other, object)),
  ) as GraphQLCompositeType[];
  return choices.of([...(isObjectType(type) || isUnionType(type) ? [] : [type]), ...objects, ...around]);
}

function argumentText(writing: Writing, { name, type, defaultValue }: GraphQLArgument): string[] {
  const isRequired = isNonNullType(type) && defaultValue === undefined;
  if (!isRequired && !writing.choices.oneIn(2)) return [];
  return [`${name}: ${inputText(writing, type, 2, true)}`];
}

function inputText(writing: Writing, type: GraphQLInputType, depth: number, canVary: boolean): string {
  const { choices } = writing;
  if (canVary && choices.oneIn(3)) return variable(writing, type);
  if (!isNonNullType(type) && choices.oneIn(6)) return 'null';
  const inner = getNullableType(type);
  if (isListType(inner)) return `[${inputText(writing, inner.ofType, depth, canVary)}]`;
  if (isInputObjectType(inner)) {
    const fields = Object.values(inner.getFields()).filter(
      (candidate) => choices.oneIn(2) && (depth > 0 || !isInputObjectType(getNamedType(candidate.type))),
    );
    return `{${fields.map((candidate) => `${candidate.name}: ${inputText(writing, candidate.type, depth - 1, canVary)}`).join(', ')}}`;
  }
  if (inner.toString() === 'Int') return String(1 + choices.below(2));
  if (inner.toString() === 'Color') return choices.of(['RED', 'BLUE']);
  if (inner.toString() === 'String') return JSON.stringify(choices.of(['x', '"y"']));
  return choices.of(['{deep: [1, "z"]}', '"any"', '3']);
}

function variable(writing: Writing, type: GraphQLInputType): string {
  const { choices, variables, values } = writing;
  const name = `v${String(type).replace(/\W/g, '')}${choices.below(2)}`;
  if (variables.has(name)) return `$${name}`;
  variables.set(name, `$${name}: ${type}`);
  if (isNonNullType(type) || choices.oneIn(2)) values[name] = jsonOf(choices, type);
  return `$${name}`;
}

function jsonOf(choices: Choices, type: GraphQLInputType): unknown {
  const inner = getNullableType(type);
  if (isListType(inner)) return [jsonOf(choices, inner.ofType)];
  if (isInputObjectType(inner)) return choices.of([{}, { a: 5 }, { b: ['q'], c: { a: null } }]);
  if (inner.toString() === 'Int') return 3 + choices.below(2);
  if (inner.toString() === 'Color') return 'GREEN';
  return inner.toString() === 'String' ? 'from a variable' : choices.of([{ any: ['thing'] }, 'text', 4]);
}

function introspection({ choices }: Writing): string {
  return choices.of([
    '__schema { queryType { name } types { name kind } }',
    '__type(name: "E0") { name ...on __Type { fields { name type { name kind } } } }',
    'x0: __type(name: "Nothing") { name }',
  ]);
}
