import { afterAll, describe, expect, it } from '@jest/globals';
import { graphOf, planningOf, type SubgraphInProcess } from '../planning/subgraphs-in-process.ts';

type Subgraphs = Record<string, SubgraphInProcess>;

const away = () => Promise.reject(new Error('away'));

/** What the oracle has found, as small as it gets. */
describe.each(['auto', 'apollo'] as const)('by planner %s', (planner) => {
  const planning = planningOf({ planner });
  afterAll(() => planning.close());

  it('changes nothing by a field of a mutation that the client leaves out inside a fragment', async () => {
    let changes = 0;
    const subgraphs: Subgraphs = {
      a: {
        sdl: /* GraphQL */ `
          type Query { nothing: Int }
          type Mutation { change: T, read: T }
          type T @key(fields: "id") { id: ID!, size: Int }
        `,
        resolvers: {
          Mutation: {
            change: () => {
              changes += 1;
              return { id: '1', size: changes };
            },
            read: () => ({ id: '1', size: changes }),
          },
        },
      },
      b: {
        sdl: 'type T @key(fields: "id") { id: ID!, size: Int @external, label: String @requires(fields: "size") }',
        resolvers: { T: { label: ({ size }: { size: number }) => `size ${size}` } },
      },
    };
    const graph = graphOf(subgraphs, planning);
    const answer = await graph.ask(`
      mutation ($no: Boolean = false) { ...F read { label } }
      fragment F on Mutation { ... { change @include(if: $no) { label } } }
    `);
    expect(answer).toEqual({ data: { read: { label: 'size 0' } } });
    expect(changes).toBe(0);
  });

  it('shows a field with @requires beside one that is left out and requires more', async () => {
    const subgraphs: Subgraphs = {
      a: {
        sdl: 'type Query { t: T } type T @key(fields: "id") { id: ID!, size: Int }',
        resolvers: { Query: { t: () => ({ id: '1', size: 3 }) } },
      },
      b: {
        sdl: 'type T @key(fields: "id") { id: ID!, name: String }',
        resolvers: { T: { name: () => 'one' } },
      },
      c: {
        sdl: /* GraphQL */ `type T @key(fields: "id") {
          id: ID!
          size: Int @external
          name: String @external
          label: String @requires(fields: "name")
          box: String @requires(fields: "name size")
        }`,
        resolvers: {
          T: {
            label: ({ name }: { name: string }) => `label ${name}`,
            box: ({ name, size }: { name: string; size: number }) => `box ${name} ${size}`,
          },
        },
      },
    };
    const graph = graphOf(subgraphs, planning);
    const operation = 'query ($no: Boolean!) { t { label box @include(if: $no) } }';
    expect(await graph.ask(operation, { no: false })).toEqual({ data: { t: { label: 'label one' } } });
    expect(await graph.ask(operation, { no: true })).toEqual({ data: { t: { label: 'label one', box: 'box one 3' } } });
  });

  it('says why a field is missing whose requirement failed, also where the client asked for that too', async () => {
    const subgraphs: Subgraphs = {
      a: {
        sdl: 'type Query { t: T } type T @key(fields: "id") { id: ID! }',
        resolvers: { Query: { t: () => ({ id: '1' }) } },
      },
      b: {
        sdl: 'type T @key(fields: "id") { id: ID!, size: Int }',
        resolvers: { T: { __resolveReference: away } },
      },
      c: { sdl: 'type T @key(fields: "id") { id: ID!, size: Int @external, label: String @requires(fields: "size") }' },
    };
    const { data, errors } = await graphOf(subgraphs, planning).ask('{ t { size label } }');
    expect(data).toEqual({ t: { size: null, label: null } });
    expect(errors?.map(({ path }) => path?.join('.')).sort()).toEqual(['t.label', 't.size']);
  });

  it('says where an object is missing whose type no subgraph could tell', async () => {
    const subgraphs: Subgraphs = {
      a: {
        sdl: /* GraphQL */ `
          type Query { nothing: Int }
          interface M @key(fields: "id") { id: ID!, title: String }
          type M0 implements M @key(fields: "id") { id: ID!, title: String }
        `,
        resolvers: { M: { __resolveReference: away } },
      },
      b: {
        sdl: 'type Query { m: M } type M @key(fields: "id") @interfaceObject { id: ID!, size: Int }',
        resolvers: { Query: { m: () => ({ id: '1', size: 3 }) } },
      },
    };
    const { data, errors } = await graphOf(subgraphs, planning).ask('{ m { __typename title size } }');
    expect(data).toEqual({ m: null });
    expect(errors?.map(({ path }) => path?.join('.'))).toContain('m');
  });
});

it('needs to know no type to show what every type has, beside fragments on types that cannot be there', async () => {
  const planning = planningOf();
  const subgraphs: Subgraphs = {
    a: {
      sdl: /* GraphQL */ `
        type Query { shown: [I!] }
        interface I { id: ID! }
        union U = A | B | C
        union V = B | C
        type A implements I @key(fields: "id") { id: ID! }
        type B implements I @key(fields: "id") { id: ID! }
        type C @key(fields: "id") { id: ID! }
      `,
      resolvers: { Query: { shown: () => [{ __typename: 'B', id: '1' }] } },
    },
  };
  const graph = graphOf(subgraphs, planning);
  const answer = { data: { shown: [{ id: '1' }] } };
  expect(await graph.ask('{ shown { ... on U { ... on C { id } } id } }')).toEqual(answer);
  expect(await graph.ask('{ shown { ... on V { ... on C { id } } id } }')).toEqual(answer);
  await planning.close();
});

it('refuses what Hive plans wrongly: two fields that require one with different arguments, behind a union', async () => {
  const planning = planningOf();
  const subgraphs: Subgraphs = {
    a: {
      sdl: /* GraphQL */ `
        type Query { ts: [U] }
        union U = T
        type T @key(fields: "id") { id: ID!, size(in: Int = 1): Int }
      `,
      resolvers: {
        Query: { ts: () => [{ __typename: 'T', id: '1' }] },
        T: { size: (_: unknown, given: { in: number }) => given.in },
      },
    },
    b: {
      sdl: /* GraphQL */ `type T @key(fields: "id") {
        id: ID!
        size(in: Int = 1): Int @external
        one: Int @requires(fields: "size")
        two: Int @requires(fields: "size(in: 2)")
      }`,
      resolvers: { T: { one: ({ size }: { size: number }) => size, two: ({ size }: { size: number }) => size } },
    },
  };
  const graph = graphOf(subgraphs, planning);
  await expect(graph.ask('{ ts { ... on T { one two } } }')).rejects.toThrow('cannot be planned');
  expect(await graph.ask('{ ts { ... on T { two } } }')).toEqual({ data: { ts: [{ two: 2 }] } });
  await planning.close();
});
