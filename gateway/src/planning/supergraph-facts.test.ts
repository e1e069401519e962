import { expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { needsOf } from './operation-needs.ts';
import { labelsInForce, overridesOf } from './overrides.ts';
import { readSupergraphFacts } from './supergraph-facts.ts';

const facts = readSupergraphFacts(
  parse(/* GraphQL */ `
    interface I @join__type(graph: A, key: "code { part }") { code: Code }
    type T @join__type(graph: A, key: "id") @join__type(graph: B, key: "id other", resolvable: false) {
      id: ID!
      f: Int @join__field(graph: A, requires: "r(n: 1) { deep }")
      g: Int @join__field(graph: A, requires: "h")
      h: Int @join__field(graph: B, requires: "r(n: 2) { deep }")
      o: Int @join__field(graph: A, overrideLabel: "percent(5)") @join__field(graph: B, overrideLabel: "moved")
      p: Int @join__field(graph: B, overrideLabel: "percent(50.5)")
      c(x: Int): Int @join__field(graph: A, contextArguments: [{ context: "a__user", name: "x", type: "Int", selection: " { region }" }])
    }
  `),
);

it('knows which fields plans may add', () => {
  const added = ['__typename', 'code', 'part', 'id', 'other', 'r', 'deep', 'h', 'region'];
  expect([...facts.addedFields].sort()).toEqual(added.sort());
  expect([...facts.addedWithArguments]).toEqual(['r']);
  expect([...facts.contextualFields]).toEqual(['c']);
});

it('knows which operations want one field with different arguments, through all that is required', () => {
  const conflicting = (text: string) => needsOf(parse(text), facts).conflictingRequirements;
  expect(conflicting('{ t { f g } }')).toBe(true);
  expect(conflicting('{ t { f h } }')).toBe(true);
  expect(conflicting('{ t { g h } }')).toBe(false);
  expect(conflicting('{ t { f r(n: 5) { deep } } }')).toBe(false);
});

it('draws few different lots for overrides', () => {
  const draw = overridesOf(facts, new Set(['moved']));
  const rolls = new Set(Array.from({ length: 2_000 }, () => draw().roll));
  expect([...rolls].sort((a, b) => a - b)).toEqual([0, 5, 50.5]);
  const inForce = (roll: number) => labelsInForce(facts.overrideLabels, { labels: new Set(['moved']), roll });
  expect([0, 5, 50.5].map(inForce)).toEqual([
    ['percent(5)', 'moved', 'percent(50.5)'],
    ['moved', 'percent(50.5)'],
    ['moved'],
  ]);
});
