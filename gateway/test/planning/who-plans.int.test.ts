import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { createMetrics } from '@shop/service-kit';
import { eventually } from '@shop/testkit';
import type { ExecuteOperation } from '../../src/execution/engine.ts';
import type { Planning } from '../../src/planning/planning.ts';
import { composed, type GraphSettings, graphOf, planningOf, type SubgraphInProcess } from './subgraphs-in-process.ts';

type Subgraphs = Record<string, SubgraphInProcess>;

let plannings: Planning<ExecuteOperation>[] = [];
afterEach(async () => {
  await Promise.all(plannings.map((planning) => planning.close()));
  plannings = [];
});

/** One that ends with its test. */
function aPlanning(settings: GraphSettings = {}) {
  const planning = planningOf(settings);
  plannings.push(planning);
  return planning;
}

/** A counter in two subgraphs: `seen` shows what the other has come to. */
function counter(): Subgraphs {
  let count = 0;
  return {
    count: {
      sdl: /* GraphQL */ `
        type Query { counter: Counter! }
        type Mutation { add(by: Int!): Counter!, double: Counter! }
        type Subscription { counted: Counter! }
        type Counter @key(fields: "id") { id: ID!, count: Int! }
      `,
      resolvers: {
        Query: { counter: () => ({ id: 'c', count }) },
        Mutation: {
          add: (_: unknown, { by }: { by: number }) => {
            count += by;
            return { id: 'c', count };
          },
          double: () => {
            count *= 2;
            return { id: 'c', count };
          },
        },
      },
    },
    watch: {
      sdl: /* GraphQL */ `
        type Mutation { reset: Counter! }
        type Counter @key(fields: "id") { id: ID!, seen: Int! }
      `,
      resolvers: {
        Mutation: {
          reset: () => {
            count = 0;
            return { id: 'c' };
          },
        },
        Counter: { seen: () => count },
      },
    },
  };
}

describe.each([
  { planner: 'hive', engine: 'shopgraph' },
  { planner: 'apollo', engine: 'shopgraph' },
  { planner: 'hive', engine: 'apollo' },
] as const)('plans of $planner, run by $engine:', (settings) => {
  const planning = planningOf(settings);
  afterAll(() => planning.close());

  it('completes each field of a mutation before the next begins', async () => {
    const graph = graphOf(counter(), planning);
    const { data, errors } = await graph.ask(
      `mutation ($yes: Boolean = true) {
        a: add(by: 1) { seen } ...Twice @include(if: $yes) b: add(by: 1) { count } c: double { count } reset { seen } d: add(by: 5) { seen }
      }
      fragment Twice on Mutation { double { count seen } }`,
    );
    expect(errors).toBeUndefined();
    const counted = { a: { seen: 1 }, double: { count: 2, seen: 2 }, b: { count: 3 }, c: { count: 6 } };
    expect(data).toEqual({ ...counted, reset: { seen: 0 }, d: { seen: 5 } });
  });

  it('sends neighbouring fields of a mutation together where nothing comes between', async () => {
    const graph = graphOf(counter(), planning);
    await graph.ask('mutation { a: add(by: 1) { count } b: double { count } c: add(by: 1) { seen } d: reset { id } }');
    expect(graph.asked.map((asked) => asked.split(':')[0])).toEqual(['count', 'watch', 'watch']);
  });

  it.each([
    ['{ __typename }', { __typename: 'Query' }],
    ['{ t: __typename counter { __typename count } }', { t: 'Query', counter: { __typename: 'Counter', count: 0 } }],
    [
      '{ ...Q } fragment Q on Query { __typename ... { counter { seen } } }',
      { __typename: 'Query', counter: { seen: 0 } },
    ],
    ['{ __schema { queryType { name } } }', { __schema: { queryType: { name: 'Query' } } }],
    ['{ __type(name: "Counter") { name } counter { id } }', { __type: { name: 'Counter' }, counter: { id: 'c' } }],
    ['{ counter @include(if: false) { id } }', {}],
    ['{ counter { id @skip(if: true) } }', { counter: {} }],
    ['{ counter { id @skip(if: false) seen @include(if: false) } }', { counter: { id: 'c' } }],
    ['mutation { __typename }', { __typename: 'Mutation' }],
  ])('asks subgraphs for nothing that the gateway knows itself: %s', async (query, data) => {
    const graph = graphOf(counter(), planning);
    expect(await graph.ask(query)).toEqual({ data });
    expect(graph.asked.join()).not.toMatch(/__schema|__type\(|[^_]skip|include|Query/);
  });

  it.each([
    [true, true, { counter: { count: 0, seen: 0 } }],
    [true, false, { counter: { count: 0 } }],
    [false, true, {}],
  ])('keeps conditions for the moment when their variables are known: %s, %s', async (all, seen, data) => {
    const graph = graphOf(counter(), planning);
    const query =
      'query ($all: Boolean!, $seen: Boolean!) { counter @include(if: $all) { count ...S @include(if: $seen) } } fragment S on Counter { seen }';
    expect(await graph.ask(query, { all, seen })).toEqual({ data });
  });

  it("has the subscription's own fetch first, and what completes its events after it", async () => {
    const graph = graphOf(counter(), planning);
    const { plan } = await graph.prepare('subscription { counted { count seen } }');
    expect(plan.node).toMatchObject({ kind: 'Subscription', primary: { kind: 'Fetch', serviceName: 'count' } });
    expect(JSON.stringify(plan.node)).toContain('seen');
    const alone = await graph.prepare('subscription { counted { count } }');
    expect(alone.plan.node).toMatchObject({ kind: 'Subscription', primary: { operationKind: 'subscription' } });
    expect(JSON.stringify(alone.plan.node)).not.toContain('"rest":{');
  });

  it('plans the one of several operations that was named', async () => {
    const graph = graphOf(counter(), planning);
    const text = 'query A { counter { id } } query B { counter { count } }';
    const { plan } = await graph.prepare(text, { operationName: 'B' });
    expect(JSON.stringify(plan)).toContain('count');
    await expect(graph.prepare(text)).rejects.toThrow('holds several');
    await expect(graph.prepare(text, { operationName: 'C' })).rejects.toThrow('does not hold');
  });
});

const TWO_REQUIREMENTS: Subgraphs = {
  a: {
    sdl: 'type Query { t: T } type T @key(fields: "id") { id: ID!, r(n: Int!): Int! }',
    resolvers: { Query: { t: () => ({ id: '1' }) }, T: { r: (_: unknown, { n }: { n: number }) => n * 10 } },
  },
  b: {
    sdl: /* GraphQL */ `type T @key(fields: "id") {
      id: ID!
      r(n: Int!): Int! @external
      one: Int @requires(fields: "r(n: 1)")
      two: Int @requires(fields: "r(n: 2)")
    }`,
    resolvers: { T: { one: ({ r }: { r: number }) => r + 1, two: ({ r }: { r: number }) => r + 2 } },
  },
};

describe('two fields that require one field with different arguments', () => {
  it('are planned by Hive', async () => {
    const graph = graphOf(TWO_REQUIREMENTS, aPlanning());
    expect(await graph.ask('{ t { one two r(n: 7) } }')).toEqual({ data: { t: { one: 11, two: 22, r: 70 } } });
  });

  it("come without being deferred, since only Apollo's planner could defer and it would confuse them", async () => {
    const graph = graphOf(TWO_REQUIREMENTS, aPlanning());
    const { plannedBy, plan } = await graph.prepare('{ t { id ... @defer { one two } } }', { defer: true });
    expect(plannedBy).toBe('hive');
    expect(plan.node?.kind).not.toBe('Defer');
  });

  it("are refused where there is Apollo's planner alone, rather than answered wrongly", async () => {
    const graph = graphOf(TWO_REQUIREMENTS, aPlanning({ planner: 'apollo' }));
    expect(await graph.ask('{ t { one r(n: 7) } }')).toEqual({ data: { t: { one: 11, r: 70 } } });
    await expect(graph.prepare('{ t { one two } }')).rejects.toThrow('cannot be planned');
  });
});

describe('auto', () => {
  const CONTEXTS: Subgraphs = {
    a: {
      sdl: /* GraphQL */ `
        type Query { me: User, plain: Int }
        type User @key(fields: "id") @context(name: "user") { id: ID!, language: String!, card: Card! }
        type Card @key(fields: "id") { id: ID!, greeting(in: String @fromContext(field: "$user { language }")): String! }
      `,
      resolvers: {
        Query: { me: () => ({ id: 'u', language: 'fr', card: { id: 'c' } }) },
        Card: { greeting: ({ id }: { id: string }, { in: language }: { in: string }) => `${id} in ${language}` },
      },
    },
    b: { sdl: 'type User @key(fields: "id") { id: ID! age: Int } type Card @key(fields: "id") { id: ID! }' },
  };

  it("has Apollo's planner for arguments from contexts, and Hive's for all else", async () => {
    const graph = graphOf(CONTEXTS, aPlanning());
    const greeted = await graph.prepare('{ me { card { greeting } } }');
    expect(greeted.plannedBy).toBe('apollo');
    expect(JSON.stringify(greeted.plan)).toContain('contextRewrites');
    expect((await graph.prepare('{ me { age card { id } } }')).plannedBy).toBe('hive');
    // The client's name is that of what is fetched for the context.
    expect(await graph.ask('{ me { language: id card { greeting } } }')).toEqual({
      data: { me: { language: 'u', card: { greeting: 'c in fr' } } },
    });
  });

  it('finds contexts behind an interface and a union, and where a client has to name its variables otherwise', async () => {
    const owners: Subgraphs = {
      a: {
        sdl: /* GraphQL */ `
          type Query { owners: [Owner], some: [Some] }
          interface Owner { id: ID!, card: Card }
          union Some = User | Shop
          type User implements Owner @key(fields: "id") @context(name: "owner") { id: ID!, language: String, card: Card }
          type Shop implements Owner @key(fields: "id") @context(name: "owner") { id: ID!, code: String, card: Card }
          type Card @key(fields: "id") {
            id: ID!
            greeting(to: String, in: String @fromContext(field: "$owner ... on User { language } ... on Shop { code }")): String
          }
        `,
        resolvers: {
          Query: {
            owners: () => [
              { __typename: 'User', id: 'u', language: 'fr', card: { id: 'c' } },
              { __typename: 'Shop', id: 's', code: 'de', card: { id: 'c' } },
            ],
            some: () => [{ __typename: 'Shop', id: 's', code: 'it', card: { id: 'c' } }],
          },
          Card: { greeting: (_: unknown, { to, in: language }: { to?: string; in: string }) => `${to} in ${language}` },
        },
      },
      b: { sdl: 'type User @key(fields: "id") { id: ID! age: Int }' },
    };
    const graph = graphOf(owners, aPlanning());
    expect(
      await graph.ask('{ owners { card { greeting(to: "x") } } some { ... on Owner { card { greeting } } } }'),
    ).toEqual({
      data: {
        owners: [{ card: { greeting: 'x in fr' } }, { card: { greeting: 'x in de' } }],
        some: [{ card: { greeting: 'undefined in it' } }],
      },
    });
    const named =
      'query ($contextualArgument_1_0: String) { owners { card { greeting(to: $contextualArgument_1_0) } } }';
    await expect(graph.prepare(named)).rejects.toThrow('No variable may be called $contextualArgument_1_0 here.');
  });

  it("has Apollo's planner for what is deferred, when the client takes it so", async () => {
    const graph = graphOf(counter(), aPlanning());
    const text = '{ counter { count ... @defer(label: "later") { seen } } }';
    const deferred = await graph.prepare(text, { defer: true });
    expect(deferred).toMatchObject({ plannedBy: 'apollo', plan: { node: { kind: 'Defer' } } });
    expect((await graph.prepare(text)).plannedBy).toBe('hive');
    const mutation = await graph.prepare('mutation { add(by: 1) { count ... @defer { seen } } }', { defer: true });
    expect(mutation.plan.node?.kind).not.toBe('Defer');
  });

  it('fetches nothing for what has no fetches', async () => {
    const graph = graphOf(counter(), aPlanning());
    expect(await graph.prepare('{ __typename }')).toMatchObject({ plannedBy: null, plan: { kind: 'QueryPlan' } });
  });
});

describe("auto, where one planner's plan is wrong", () => {
  const things: Subgraphs = {
    things: {
      sdl: /* GraphQL */ `
        type Query { things: [Thing!]! }
        interface Thing @key(fields: "id") { id: ID! }
        type Book implements Thing @key(fields: "id") { id: ID!, price: Int, size: Size }
        type Film implements Thing @key(fields: "id") { id: ID! }
        type Size { height: Int }
      `,
      resolvers: {
        Thing: { __resolveReference: ({ id }: { id: string }) => ({ __typename: id === 'b' ? 'Book' : 'Film', id }) },
        Book: { price: () => 5, size: () => ({ height: 2 }) },
        Query: { things: () => [{ __typename: 'Book', id: 'b' }] },
      },
    },
    likes: {
      sdl: 'type Query { liked: [Thing!]! } type Thing @key(fields: "id") @interfaceObject { id: ID!, likes: Int }',
      resolvers: { Query: { liked: () => [{ id: 'b' }, { id: 'f' }] }, Thing: { likes: () => 7 } },
    },
    stock: {
      sdl: /* GraphQL */ `type Book @key(fields: "id") {
        id: ID!
        price: Int @external
        inStock: Boolean
        shipping: Int @requires(fields: "price")
      }`,
      resolvers: { Book: { inStock: () => true, shipping: ({ price }: { price: number }) => price + 1 } },
    },
  };

  it.each([
    [
      'Hive forgets a type behind an interface object',
      '{ liked { likes ... on Film { f: likes } ... on Book { b: likes } } }',
      {
        liked: [
          { likes: 7, b: 7 },
          { likes: 7, f: 7 },
        ],
      },
    ],
    [
      'Hive takes a: a for another field',
      '{ things { ... on Book { size { height } size: size { height } } } }',
      { things: [{ size: { height: 2 } }] },
    ],
    [
      'Apollo leaves out what stands beside a requirement that is left out',
      'query ($no: Boolean = false) { things { ... on Book { inStock ... @include(if: $no) { shipping } } } }',
      { things: [{ inStock: true }] },
    ],
    [
      'Apollo leaves out the type that only what is left out wanted to know',
      'query ($no: Boolean = false) { liked { ... on Book { size @include(if: $no) { height } } } }',
      { liked: [{}, {}] },
    ],
  ])('the answer is right: %s', async (_, query, data) => {
    expect(await graphOf(things, aPlanning()).ask(query)).toEqual({ data });
    expect(await graphOf(things, aPlanning({ planner: 'apollo' })).ask(query)).toEqual({ data });
  });
});

it('plans an operation once for all who ask for it meanwhile, and never again while it is kept', async () => {
  const metrics = createMetrics('planning');
  const planning = planningOf({}, metrics);
  const supergraph = composed(counter());
  const text = '{ counter { count seen } }';
  const all = await Promise.all([1, 2, 3].map(() => planning.prepare(supergraph, { text })));
  expect(new Set(all).size).toBe(1);
  const known = planning.prepare(supergraph, { text });
  expect(known).toBe(all[0]);
  const exposed = await metrics.registry.metrics();
  expect(exposed).toMatch(/gateway_plan_cache_lookups_total\{outcome="miss",service="planning"\} 1\n/);
  expect(exposed).toMatch(/gateway_plan_cache_lookups_total\{outcome="joined",service="planning"\} 2\n/);
  expect(exposed).toMatch(/gateway_plan_cache_lookups_total\{outcome="hit",service="planning"\} 1\n/);
  expect(planning.recent(5)).toEqual([{ text, operationName: undefined, count: 2 }]);
  await planning.close();
});

it('shows how many operations wait for a planner', async () => {
  const metrics = createMetrics('planning');
  const planning = planningOf({}, metrics);
  const supergraph = composed(counter());
  const prepared = ['a', 'b', 'c', 'd'].map((key) =>
    planning.prepare(supergraph, { text: `{ ${key}: counter { id } }` }),
  );
  const length = () => metrics.registry.getSingleMetricAsString('gateway_planning_queue_length');
  // Its process has to be started yet.
  await eventually(async () => expect(await length()).toMatch(/planner="hive".*} 2$/m));
  await Promise.all(prepared);
  expect(await length()).toMatch(/planner="hive".*} 0$/m);
  await planning.close();
});

it('warms a supergraph that is to come with the operations that are still valid for it', async () => {
  const planning = aPlanning();
  const graph = graphOf(counter(), planning);
  await graph.prepare('{ counter { count } }');
  await graph.prepare('{ counter { seen } }');
  const next = composed({ count: counter().count as SubgraphInProcess });
  let pauses = 0;
  const pause = async () => {
    pauses += 1;
  };
  const warmed = await planning.warm(next, planning.recent(10), { pause });
  expect(warmed).toEqual({ ready: 1, refused: 1 });
  expect(pauses).toBe(2);
  expect(planning.prepare(next, { text: '{ counter { count } }' })).not.toBeInstanceOf(Promise);
});

it('refuses as too complex what takes too long to plan, at once when it comes again', async () => {
  const graph = graphOf(counter(), aPlanning({ planner: 'apollo', timeoutMs: 1 }));
  const refused = { extensions: { code: 'OPERATION_TOO_COMPLEX' } };
  await expect(graph.prepare('{ counter { seen } }')).rejects.toMatchObject(refused);
  await expect(graph.prepare('{ counter { seen } }')).rejects.toMatchObject(refused);
});
