import { describe, expect, it } from '@jest/globals';
import { buildSchema, OperationTypeNode, parse } from 'graphql';
import type { FetchNode, PlanNode } from './plan.ts';
import { coversOperation } from './plan-coverage.ts';

const schema = buildSchema(/* GraphQL */ `
  type Query { things: [Thing!]!, any: Any }
  union Any = Book | Film
  interface Thing { id: ID!, likes: Int }
  type Book implements Thing { id: ID!, likes: Int, pages: Int, size: Size }
  type Film implements Thing { id: ID!, likes: Int, minutes: Int }
  type Size { height: Int }
`);

const fetched = (operation: string, more: Partial<FetchNode> = {}): FetchNode => ({
  kind: 'Fetch',
  serviceName: 's',
  operationKind: OperationTypeNode.QUERY,
  operation,
  ...more,
});

/** Of entities of these types, at a path. */
const entities = (path: string[], types: string[], selections: string, fragments = ''): PlanNode => ({
  kind: 'Flatten',
  path,
  node: fetched(`query ($r: [_Any!]!) { _entities(representations: $r) { ${selections} } } ${fragments}`, {
    requires: types.map((typeCondition) => ({ kind: 'InlineFragment', typeCondition, selections: [] })),
  }),
});

function covers(operation: string, nodes: PlanNode[], everyType = false): boolean {
  const plan = { kind: 'QueryPlan' as const, node: { kind: 'Sequence' as const, nodes } };
  return coversOperation(plan, parse(operation), { schema, everyType });
}

describe('a plan covers an operation', () => {
  const things = '{ things { id likes ... on Book { p: pages size { height } } ... on Film { minutes } } }';
  const first = fetched('{ things { __typename id likes } }');

  it('when each type gets its fields, by whatever fetch', () => {
    expect(covers(things, [fetched(things)])).toBe(true);
    const books = entities(
      ['things', '@'],
      ['Book'],
      '... on Book { p: pages size { ...s } }',
      'fragment s on Size { height }',
    );
    const films = entities(['things', '@|[Film]'], ['Thing'], '... on Thing { ... on Film { minutes } }');
    expect(covers(things, [first, books, films])).toBe(true);
    expect(covers(things, [first, { kind: 'Parallel', nodes: [books, films] }])).toBe(true);
  });

  it('when a field comes under another name first', () => {
    const outputRewrites = [{ kind: 'KeyRenamer' as const, path: ['any', 'made_up'], renameKeyTo: 'pages' }];
    const renamed = fetched('{ any { ... on Book { made_up: pages } } }', { outputRewrites });
    expect(covers('{ any { ... on Book { pages } } }', [renamed])).toBe(true);
  });

  it('when it asks for nothing of a type that cannot be there', () => {
    const onlyBooks = fetched('{ any { __typename ... on Book { pages } } }');
    expect(covers('{ any { ... on Book { pages } ... on Film { minutes } } }', [onlyBooks])).toBe(true);
  });
});

describe('a plan does not cover an operation', () => {
  it('when a type gets only some of its fields', () => {
    const books = entities(['things', '@'], ['Book'], '... on Thing { b: likes f: likes }');
    const operation = '{ things { id ... on Book { b: likes } ... on Film { f: likes } } }';
    const first = fetched('{ things { __typename id } }');
    expect(covers(operation, [first, books])).toBe(false);
    expect(
      covers(operation, [
        first,
        entities(['things', '@|[Book]'], ['Book', 'Film'], '... on Thing { b: likes f: likes }'),
      ]),
    ).toBe(false);
    expect(
      covers(operation, [first, entities(['things', '@'], ['Book', 'Film'], '... on Thing { b: likes f: likes }')]),
    ).toBe(true);
  });

  it('when a type gets nothing where every type is expected', () => {
    const nodes = [
      fetched('{ things { __typename id } }'),
      entities(['things', '@'], ['Book'], '... on Book { pages }'),
    ];
    const operation = '{ things { ... on Book { pages } ... on Film { minutes } } }';
    expect(covers(operation, nodes)).toBe(true);
    expect(covers(operation, nodes, true)).toBe(false);
  });

  it.each(['{ any { ... on Book { size } } }', '{ any { ... on Book { pages { id } } } }', '{ any { '])(
    'when a fetch is not valid: %s',
    (operation) => {
      expect(() => covers('{ any { ... on Book { pages } } }', [fetched(operation)])).toThrow();
    },
  );
});
