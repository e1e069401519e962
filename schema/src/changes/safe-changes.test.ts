import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  buildSchema,
  type DocumentNode,
  type GraphQLSchema,
  getVariableValues,
  type OperationDefinitionNode,
  parse,
  type TypeNode,
  validate,
} from 'graphql';
import type { RegisteredOperation } from '../registered-operations.ts';
import { apiChanges } from './api-changes.ts';
import { brokenOperations } from './broken-operations.ts';
import { usesOfOperations } from './operation-uses.ts';
import { verdictsOn } from './verdicts.ts';
import { whoUses } from './who-uses.ts';

/** Parts of a schema that an edit takes one other form of. */
const PARTS = [
  ['a: String', 'a: String!', 'a: Int', 'a: [String]', ''],
  [
    'b(x: Int, y: Colour = RED, z: In): Colour!',
    'b(x: Int!, y: Colour = RED, z: In): Colour!',
    'b(x: Int, y: Colour!): Colour!',
    'b(x: Int, y: Colour = RED, z: In, w: Int! = 1): Colour',
    'b(x: Int, y: Colour = BLUE, z: In!): Colour!',
    'b(x: Float, y: [Colour], z: In, w: Boolean!): Colour!',
  ],
  ['c: Named', 'c: One', 'c: Named!', 'c: [Named]'],
  ['RED GREEN BLUE', 'RED GREEN', 'RED GREEN BLUE PINK', 'RED BLUE'],
  ['i: Int', 'i: Int!', 'i: Int = 3', 'i: Int! = 3', 'i: Float', ''],
  ['j: Colour', 'j: Colour!', 'j: [Colour!]', 'j: Colour k: Int', 'j: Colour k: Int!', ''],
  ['deep: In', 'deep: In!', 'deep: Other', ''],
  ['input In {', 'input In @oneOf {'],
  ['One implements Named', 'One'],
  ['union Found = One | Two', 'union Found = One', 'union Found = Two', 'union Found = One | Two | Root'],
  ['n: String', 'n: String!', 'n: Int'],
  ['m: Int', 'm: Int!', 'm: String', ''],
] as const;

const SDL = `
  enum Colour { RED GREEN BLUE }
  input In { i: Int j: Colour deep: In }
  input Other { o: Int }
  interface Named { n: String }
  type One implements Named { n: String m: Int }
  type Two { n: String m: Int }
  union Found = One | Two
  type Root { a: String b(x: Int, y: Colour = RED, z: In): Colour! c: Named found: Found }
  type Query { root: Root other(o: Other): Int }
`;

const OPERATIONS = [
  '{ root { a } }',
  'query ($x: Int) { root { b(x: $x, z: { i: 1, j: GREEN }) } }',
  'query ($z: In) { root { b(z: $z) } }',
  'query ($z: In!, $y: Colour) { root { b(y: $y, z: { deep: $z }) } }',
  '{ root { c { n ... on One { m } } } }',
  '{ root { found { ... on One { m n } ... on Two { m n } } } }',
  '{ root { found { ... on Named { n } __typename } } }',
  '{ root { b(x: 1, y: BLUE) } }',
  'query ($i: Int) { root { b(z: { i: $i }) } }',
  'query ($x: Int! = 4, $j: Colour! = RED) { root { b(x: $x, z: { j: $j }) } }',
];

const VALUES: Record<string, unknown> = {
  x: 1,
  y: 'GREEN',
  z: { i: 1, j: 'BLUE', deep: { j: 'RED' } },
  i: 7,
  j: 'GREEN',
};

const operations = OPERATIONS.map(
  (text, i): RegisteredOperation => ({
    name: `Q${i}`,
    file: `${i}.graphql`,
    document: parse(text),
    hasPlace: true,
  }),
);

/** The schema with one or two of its parts in another form; null where that is no schema. */
function edited(edits: readonly (readonly [part: number, form: number])[]): GraphQLSchema | null {
  const text = edits.reduce((sdl, [part, form]) => {
    const [from, ...forms] = PARTS[part % PARTS.length] as readonly [string, ...string[]];
    return sdl.replace(from, forms[form % forms.length] as string);
  }, SDL);
  try {
    const schema = buildSchema(text);
    return validate(schema, parse('{ __typename }')).length === 0 ? schema : null;
  } catch {
    return null;
  }
}

/** Whether what clients gave as variables is still taken, as far as it was taken before. */
function takesVariables(document: DocumentNode, schema: GraphQLSchema): boolean {
  const [operation] = document.definitions as [OperationDefinitionNode];
  const given = operation.variableDefinitions ?? [];
  const values = Object.fromEntries(given.map(({ variable: { name } }) => [name.value, VALUES[name.value]]));
  const isKnown = ({ type }: { type: TypeNode }) => schema.getType(nameOf(type)) !== undefined;
  return given.every(isKnown) && getVariableValues(schema, given, values).errors === undefined;
}

function nameOf(type: TypeNode): string {
  return type.kind === 'NamedType' ? type.name.value : nameOf(type.type);
}

const edits = fc.array(fc.tuple(fc.nat(99), fc.nat(99)), { minLength: 1, maxLength: 2 });

describe('a change that breaks nobody', () => {
  const before = buildSchema(SDL);
  const who = whoUses(before, usesOfOperations(operations, before));
  const breaks = (after: GraphQLSchema) =>
    verdictsOn(apiChanges(before, after), { whoUses: who, approvals: [], today: '2026-11-20' }).some(
      ({ severity }) => severity === 'breaking',
    );

  it('leaves every registered operation valid, and every variable it was sent', () => {
    let passed = 0;
    fc.assert(
      fc.property(edits, (edit) => {
        const after = edited(edit);
        if (after === null || breaks(after) || brokenOperations(operations, before, after).length > 0) return;
        passed += 1;
        for (const { document } of operations) {
          expect(validate(after, document)).toEqual([]);
          expect(takesVariables(document, after)).toBe(true);
        }
      }),
      { numRuns: 150 },
    );
    expect(passed).toBeGreaterThan(0);
  });

  it('is one of the few that break an operation without a verdict of their own: two types that no longer answer alike', () => {
    fc.assert(
      fc.property(edits, (edit) => {
        const after = edited(edit);
        if (after === null || breaks(after)) return;
        for (const { reasons } of brokenOperations(operations, before, after)) {
          for (const reason of reasons) expect(reason).toMatch(/conflict because they return conflicting types/);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('is told of each operation alone: what it does not use may go', () => {
    fc.assert(
      fc.property(edits, fc.nat(operations.length - 1), (edit, i) => {
        const [after, one] = [edited(edit), operations[i] as RegisteredOperation];
        if (after === null) return;
        const alone = whoUses(before, usesOfOperations([one], before));
        const verdicts = verdictsOn(apiChanges(before, after), { whoUses: alone, approvals: [], today: '2026-11-20' });
        if (verdicts.some(({ severity }) => severity === 'breaking')) return;
        const conflicts = brokenOperations([one], before, after).length > 0;
        expect(conflicts || takesVariables(one.document, after)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });
});
