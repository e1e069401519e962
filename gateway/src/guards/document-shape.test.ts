import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type DocumentNode, type FragmentDefinitionNode, Kind, parse, type SelectionSetNode } from 'graphql';
import { shapeOf } from './document-shape.ts';

const FRAGMENTS = 4;
const name = fc.constantFrom('a', 'b', 'on', 'query', 'fragment', 'mutation', 'type');
const args = fc.constantFrom('', '', '(x: 1)', '(x: {y: ["}", """{"""]})', '(x: $v, y: [[{z: {}}]])');
const directives = fc
  .array(fc.constantFrom('@d', '@d(x: {y: 1})', '@on'), { maxLength: 2 })
  .map((all) => all.join(' '));

/** Selections that spread fragments of a higher number only, so that there are no circles. */
const selections = (from: number, depth: number): fc.Arbitrary<string> => {
  const field = fc
    .tuple(
      fc.option(name),
      name,
      args,
      directives,
      depth > 0 ? fc.option(selections(from, depth - 1)) : fc.constant(null),
    )
    .map(
      ([alias, field, given, applied, inner]) =>
        `${alias ? `${alias}: ` : ''}${field}${given} ${applied} ${inner ?? ''}`,
    );
  const inline = fc
    .tuple(
      fc.constantFrom('', 'on T', 'on on'),
      directives,
      depth > 0 ? selections(from, depth - 1) : fc.constant('{ a }'),
    )
    .map(([type, applied, inner]) => `... ${type} ${applied} ${inner}`);
  const spread = fc
    .tuple(fc.integer({ min: Math.min(from, FRAGMENTS), max: FRAGMENTS }), directives)
    .map(([i, applied]) => `...F${i} ${applied}`);
  const comment = fc.constant('# { } @ ...F0\n a');
  return fc
    .array(fc.oneof({ weight: 5, arbitrary: field }, inline, ...(from <= FRAGMENTS ? [spread] : []), comment), {
      minLength: 1,
      maxLength: 4,
    })
    .map((all) => `{ ${all.join(' ')} }`);
};

const operation = fc
  .tuple(
    fc.constantFrom('', 'query', 'query query', 'mutation M', 'subscription ($v: [[Int!]] = [{ a: 1 }])'),
    directives,
    selections(0, 3),
  )
  .map(([head, applied, set]) => (head === '' ? set : `${head} ${applied} ${set}`));
const fragments = fc.tuple(
  ...Array.from({ length: FRAGMENTS + 1 }, (_, i) =>
    fc
      .tuple(fc.constantFrom('T', 'query', 'on'), directives, selections(i + 1, 2))
      .map(([type, applied, set]) => `fragment F${i} on ${type} ${applied} ${set}`),
  ),
);

interface Counts {
  depth: number;
  fields: number;
  aliases: number;
  rootFields: number;
}

/** The same from the syntax tree, by recursion. */
function countedFrom(document: DocumentNode): Counts {
  const definitions = new Map<string, FragmentDefinitionNode>(
    document.definitions.flatMap((each) => (each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each]] : [])),
  );
  const count = ({ selections }: SelectionSetNode): Counts => {
    const total = { depth: 1, fields: 0, aliases: 0, rootFields: 0 };
    for (const selection of selections) {
      total.fields += selection.kind === Kind.INLINE_FRAGMENT || selection.kind === Kind.FRAGMENT_SPREAD ? 1 : 0;
      const set =
        selection.kind === Kind.FRAGMENT_SPREAD
          ? definitions.get(selection.name.value)?.selectionSet
          : selection.selectionSet;
      const inner = set ? count(set) : { depth: 0, fields: 0, aliases: 0, rootFields: 0 };
      total.depth = Math.max(total.depth, 1 + inner.depth);
      total.fields += inner.fields + (selection.kind === Kind.FIELD ? 1 : 0);
      total.aliases += inner.aliases + (selection.kind === Kind.FIELD && selection.alias ? 1 : 0);
      total.rootFields += selection.kind === Kind.FIELD ? 1 : inner.rootFields;
    }
    return total;
  };
  const all = document.definitions.flatMap((each) => ('selectionSet' in each ? [count(each.selectionSet)] : []));
  const most = (key: keyof Counts) => Math.max(...all.map((each) => each[key]));
  return { depth: most('depth'), fields: most('fields'), aliases: most('aliases'), rootFields: most('rootFields') };
}

it('measures from tokens what the syntax tree says', () => {
  fc.assert(
    fc.property(operation, fragments, (text, others) => {
      const source = [others[0], text, ...others.slice(1)].join('\n');
      const document = parse(source);
      expect(shapeOf(source, 1_000_000)).toMatchObject(countedFrom(document));
    }),
    { numRuns: 300 },
  );
});
