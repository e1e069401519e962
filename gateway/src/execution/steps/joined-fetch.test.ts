import { expect, it } from '@jest/globals';
import { OperationTypeNode, parse } from 'graphql';
import { type AskOptions, graphInProcess } from '../../../test/execution/in-process.ts';
import type { FlattenNode, QueryPlan } from '../../planning/plan.ts';

const graph = graphInProcess(
  {
    shop: {
      sdl: 'type Query { a: Item b: Item c: Item } type Item @key(fields: "id") { id: ID! }',
      resolvers: { Query: { a: () => ({ id: 'A' }), b: () => ({ id: 'B' }), c: () => null } },
    },
    stock: {
      sdl: 'type Item @key(fields: "id") { id: ID! count(of: Int): Int by: By } type By { name: String }',
      resolvers: {
        Item: {
          __resolveReference: async ({ id }: { id: string }) => {
            if (id === 'B') throw new Error('No B here.');
            return { id };
          },
          count: (_: unknown, { of = 0 }: { of?: number }) => of,
          by: ({ id }: { id: string }) => ({ name: `by ${id}` }),
        },
      },
    },
  },
  'apollo',
);
const TEXT = 'query ($n: Int, $m: Int) { a { count(of: $n) by { name } } b { count(of: $m) } c { count(of: $n) } }';
const ITEMS: [string, string][] = [
  [
    'a',
    'query ($representations: [_Any!]!, $n: Int) { _entities(representations: $representations) { ...F } } fragment F on Item { count(of: $n) by { ...N } } fragment N on By { name }',
  ],
  [
    'b',
    'query ($representations: [_Any!]!, $m: Int) { _entities(representations: $representations) { ...F } } fragment F on Item { count(of: $m) }',
  ],
  [
    'c',
    'query ($representations: [_Any!]!, $n: Int) { _entities(representations: $representations) { ... on Item { count(of: $n) } } }',
  ],
];

/** A plan that asks for all items at once, with these queries. */
function planOf(items: [string, string][]): QueryPlan {
  const id = { kind: 'Field', name: 'id' } as const;
  const typename = { kind: 'Field', name: '__typename' } as const;
  const nodes = items.map(
    ([key, operation]): FlattenNode => ({
      kind: 'Flatten',
      path: [key],
      node: {
        kind: 'Fetch',
        serviceName: 'stock',
        requires: [{ kind: 'InlineFragment', typeCondition: 'Item', selections: [typename, id] }],
        variableUsages: ['n', 'm'].filter((name) => operation.includes(`$${name}`)),
        operation,
        operationKind: OperationTypeNode.QUERY,
      },
    }),
  );
  const operation = '{ a { __typename id } b { __typename id } c { __typename id } }';
  const first = { kind: 'Fetch', serviceName: 'shop', operation, operationKind: OperationTypeNode.QUERY } as const;
  return { kind: 'QueryPlan', node: { kind: 'Sequence', nodes: [first, { kind: 'Parallel', nodes }] } };
}

async function asked(items: [string, string][], options: AskOptions = {}) {
  graph.sent.length = 0;
  const { data, errors = [] } = await graph.ask(TEXT, { variables: { n: 1, m: 2 }, plan: planOf(items), ...options });
  const toStock = graph.sent.filter(({ subgraph }) => subgraph === 'stock');
  return { data, errors: errors.map(({ path, message }) => `${path?.join('.')}: ${message}`), toStock };
}

it('asks with fragments of one name and with the variables of each, and gives each its own errors', async () => {
  const { data, errors, toStock } = await asked(ITEMS);
  expect(data).toEqual({ a: { count: 1, by: { name: 'by A' } }, b: { count: null }, c: null });
  expect(errors).toEqual(['b.count: No B here.']);
  expect(toStock).toHaveLength(1);
  expect(toStock[0]?.variables).toMatchObject({ n: 1, m: 2, _2_representations: [] });
});

it('asks as the plan has it when only one of them has anything to ask', async () => {
  const onlyB: [string, string][] = [ITEMS[1], ITEMS[2]] as [string, string][];
  const { data, toStock } = await asked(onlyB);
  expect(data).toMatchObject({ b: { count: null }, c: null });
  expect(toStock.map(({ query }) => query)).toEqual([ITEMS[1]?.[1]]);
});

it('does not join what declares one variable in two ways', async () => {
  const items = ITEMS.map(([key, query], i): [string, string] => [
    key,
    i === 1 ? query.replaceAll('$m: Int', '$n: Int!').replaceAll('$m', '$n') : query,
  ]);
  const { data, toStock } = await asked(items);
  expect(data).toMatchObject({ a: { count: 1 } });
  expect(toStock).toHaveLength(2);
});

it('does not join what has directives on the whole operation', async () => {
  const items = ITEMS.map(([key, query]): [string, string] => [
    key,
    query.replace(') { _entities', ') @skip(if: false) { _entities'),
  ]);
  expect(() => items.map(([, query]) => parse(query))).not.toThrow();
  const between: AskOptions['between'] = ({ subgraph }, next) =>
    subgraph === 'stock' ? Promise.resolve({ data: { _entities: [{ count: 5 }] } }) : next();
  const { data } = await asked(items, { between });
  expect(data).toEqual({ a: { count: 5, by: null }, b: { count: 5 }, c: null });
});

it('has each of them fail when all are not answered', async () => {
  const between: AskOptions['between'] = ({ subgraph }, next) =>
    subgraph === 'stock' ? Promise.resolve({ errors: [{ message: 'away' }] }) : next();
  const { data, errors } = await asked(ITEMS, { between });
  expect(data).toEqual({ a: { count: null, by: null }, b: { count: null }, c: null });
  expect(errors).toEqual(['a.count: away', 'a.by: away', 'b.count: away']);
});

it('has one fail for the error of another that took the data of both', async () => {
  const between: AskOptions['between'] = ({ subgraph }, next) =>
    subgraph === 'stock' ? Promise.resolve({ data: null, errors: [{ message: 'no', path: ['_1_'] }] }) : next();
  const { errors } = await asked(ITEMS, { between });
  expect(errors).toEqual(['a.count: no', 'a.by: no', 'b.count: no']);
});
