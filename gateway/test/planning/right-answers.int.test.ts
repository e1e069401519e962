import { afterAll, describe, expect, it } from '@jest/globals';
import { graphOf, planningOf, type SubgraphInProcess } from './subgraphs-in-process.ts';

type Subgraphs = Record<string, SubgraphInProcess>;

const POSTS: Subgraphs = {
  posts: {
    sdl: /* GraphQL */ `
      type Query { posts: [Post!]! }
      type Post @key(fields: "id") { id: ID!, legacyId: ID!, title(upper: Boolean = false): String!, notes(first: Int): [Note!]! }
      type Note @key(fields: "id") { id: ID! }
    `,
    resolvers: {
      Query: { posts: () => [{ id: 'p1' }] },
      Post: {
        __resolveReference: ({ id }: { id: string }) => ({ id }),
        legacyId: () => 'old-1',
        title: ({ id }: { id: string }, { upper }: { upper: boolean }) => (upper ? id.toUpperCase() : id),
        notes: (_: unknown, { first = 9 }: { first?: number }) =>
          ['n1', 'n2', 'n3'].slice(0, first).map((id) => ({ id })),
      },
    },
  },
  authors: {
    sdl: /* GraphQL */ `type Note @key(fields: "id") { id: ID!, author: String }`,
    resolvers: { Note: { author: ({ id }: { id: string }) => `by ${id}` } },
  },
  ratings: {
    sdl: /* GraphQL */ `
      type Post @key(fields: "id") {
        id: ID!
        title(upper: Boolean = false): String! @external
        notes(first: Int): [Note!]! @external
        slug: String @requires(fields: "title(upper: true)")
        quiet: String @requires(fields: "title(upper: false)")
        lastAuthor: String @requires(fields: "notes(first: 3) { author }")
      }
      type Note @key(fields: "id") { id: ID!, author: String @external }
    `,
    resolvers: {
      Post: {
        slug: ({ title }: { title: string }) => `slug ${title}`,
        quiet: ({ title }: { title: string }) => `quiet ${title}`,
        lastAuthor: ({ notes }: { notes: { author: string }[] }) => `${notes.length} ${notes.at(-1)?.author}`,
      },
    },
  },
};

describe.each([
  { planner: 'hive', engine: 'shopgraph' },
  { planner: 'apollo', engine: 'shopgraph' },
  { planner: 'hive', engine: 'apollo' },
] as const)('plans of $planner, run by $engine:', (settings) => {
  const planning = planningOf(settings);
  afterAll(() => planning.close());

  it.each([
    ['none', '{ posts { slug title } }', { slug: 'slug P1', title: 'p1' }],
    ['others', '{ posts { slug title(upper: false) } }', { slug: 'slug P1', title: 'p1' }],
    ['an alias of the name', '{ posts { slug title: id } }', { slug: 'slug P1', title: 'p1' }],
    ['an alias of its own', '{ posts { slug t: title } }', { slug: 'slug P1', t: 'p1' }],
    ['the same', '{ posts { slug title(upper: true) } }', { slug: 'slug P1', title: 'P1' }],
    ['a variable', 'query ($u: Boolean = false) { posts { slug title(upper: $u) } }', { slug: 'slug P1', title: 'p1' }],
    [
      'others, in lists',
      '{ posts { lastAuthor notes(first: 1) { id } } }',
      { lastAuthor: '3 by n3', notes: [{ id: 'n1' }] },
    ],
    [
      'others, in fragments',
      'query ($n: Int = 1) { posts { lastAuthor ...A ...B } } fragment A on Post { notes(first: $n) { id } } fragment B on Post { notes(first: $n) { author } }',
      { lastAuthor: '3 by n3', notes: [{ id: 'n1', author: 'by n1' }] },
    ],
  ])('keeps apart what is required and what the client asks for with other arguments: %s', async (_, query, post) => {
    const graph = graphOf(POSTS, planning);
    expect(await graph.ask(query)).toEqual({ data: { posts: [post] } });
  });

  it.each(['{ posts { id: legacyId slug } }', '{ posts { __typename: legacyId id: legacyId slug } }'])(
    "never sends a client's alias as a key: %s",
    async (query) => {
      const graph = graphOf(POSTS, planning);
      const { data } = await graph.ask(query);
      expect(data).toMatchObject({ posts: [{ id: 'old-1', slug: 'slug P1' }] });
    },
  );

  it("tells errors by the client's names", async () => {
    const { ratings, ...others } = POSTS;
    const failing = { Post: { slug: () => Promise.reject(new Error('no')) } };
    const graph = graphOf({ ...others, ratings: { sdl: ratings?.sdl ?? '', resolvers: failing } }, planning);
    const { errors } = await graph.ask('{ posts { title: slug again: slug } }');
    expect(errors?.map(({ path }) => path?.at(-1)).sort()).toEqual(['again', 'title']);
  });

  it('asks a subgraph by a key that it can be asked by, where there are several', async () => {
    const compositeId = { one: '1', two: '2', three: '3' };
    const graph = graphOf(
      {
        a: {
          sdl: /* GraphQL */ `
            type A @key(fields: "id") @key(fields: "pId", resolvable: false) @key(fields: "compositeId { one two }", resolvable: false)
              @key(fields: "id compositeId { two three }", resolvable: false) { id: ID!, pId: ID!, compositeId: C!, name: String! }
            type C { one: ID!, two: ID!, three: ID! }
          `,
          resolvers: { A: { name: ({ id }: { id: string }) => `a.${id}` } },
        },
        b: {
          sdl: /* GraphQL */ `
            type Query { b: B }
            type B @key(fields: "id") { id: ID!, a: [A!]! }
            type A @key(fields: "compositeId { one two }", resolvable: false) @key(fields: "id compositeId { two three }")
              @key(fields: "pId", resolvable: false) @key(fields: "id", resolvable: false) {
              id: ID!, pId: ID!, compositeId: C!, name: String! @external, nameInB: String! @requires(fields: "name")
            }
            type C { one: ID!, two: ID!, three: ID! }
          `,
          resolvers: {
            Query: { b: () => ({ id: 'b1', a: [{ id: '1', pId: 'p', compositeId }] }) },
            A: {
              __resolveReference: (sent: { id?: string; compositeId: { three?: string }; name: string }) =>
                sent.id && sent.compositeId.three ? sent : null,
              nameInB: ({ name }: { name: string }) => `b says ${name}`,
            },
          },
        },
      },
      planning,
    );
    expect(await graph.ask('{ b { id a { id name nameInB } } }')).toEqual({
      data: { b: { id: 'b1', a: [{ id: '1', name: 'a.1', nameInB: 'b says a.1' }] } },
    });
  });

  const INTERFACE_OBJECTS: Subgraphs = {
    a: {
      sdl: /* GraphQL */ `
        type Query { node: Node, media: [Media!]! }
        interface Node @key(fields: "id") { id: ID! }
        interface Media @key(fields: "id") { id: ID!, title: String! }
        type Book implements Media @key(fields: "id") { id: ID!, title: String!, pages: Int }
        type Film implements Media @key(fields: "id") { id: ID!, title: String!, minutes: Int }
      `,
      resolvers: {
        Query: { media: () => [mediaOf('b1'), mediaOf('f1')] },
        Media: { __resolveReference: ({ id }: { id: string }) => mediaOf(id) },
      },
    },
    b: {
      sdl: /* GraphQL */ `
        type Query { other: Node, top: Media }
        type Node @key(fields: "id", resolvable: false) @interfaceObject { id: ID!, field: String }
        type Media @key(fields: "id") @interfaceObject { id: ID!, stars: Int, related: [Media!]! }
      `,
      resolvers: {
        Query: { other: () => ({ id: 'n1', field: 'of n1' }), top: () => ({ id: 'b1' }) },
        Media: { stars: ({ id }: { id: string }) => id.length + 3, related: () => [{ id: 'f1' }] },
      },
    },
  };

  function mediaOf(id: string) {
    const type = id.startsWith('b') ? { __typename: 'Book', pages: 300 } : { __typename: 'Film', minutes: 90 };
    return { ...type, id, title: `title of ${id}` };
  }

  it.each([
    [
      '{ media { id stars ... on Book { pages } } }',
      {
        media: [
          { id: 'b1', stars: 5, pages: 300 },
          { id: 'f1', stars: 5 },
        ],
      },
    ],
    ['{ top { __typename stars title } }', { top: { __typename: 'Book', stars: 5, title: 'title of b1' } }],
    ['{ top { ... on Book { stars pages } ... on Film { minutes } } }', { top: { stars: 5, pages: 300 } }],
    [
      '{ media { ... on Film { stars } related { __typename title } } }',
      {
        media: [
          { related: [{ __typename: 'Film', title: 'title of f1' }] },
          { stars: 5, related: [{ __typename: 'Film', title: 'title of f1' }] },
        ],
      },
    ],
    ['{ other { id field } }', { other: { id: 'n1', field: 'of n1' } }],
  ])('finds the types behind an interface object: %s', async (query, data) => {
    const graph = graphOf(INTERFACE_OBJECTS, planning);
    expect(await graph.ask(query)).toEqual({ data });
  });

  it('says so when a field of an interface object cannot be reached', async () => {
    const graph = graphOf(INTERFACE_OBJECTS, planning);
    await expect(graph.prepare('{ node { field } }')).rejects.toThrow('cannot be planned');
  });

  it('takes supergraphs whose fields are guarded, costed and sized', async () => {
    const graph = graphOf(
      {
        a: {
          sdl: /* GraphQL */ `
            type Query { me: User }
            type User @key(fields: "id") {
              id: ID!
              mail: String @authenticated
              pin: Int @requiresScopes(scopes: [["pin:read"]])
              notes: [String] @policy(policies: [["owner"]]) @listSize(assumedSize: 3) @cost(weight: 7)
            }
          `,
          resolvers: { Query: { me: () => ({ id: '1', mail: 'm', pin: 2, notes: [] }) } },
        },
      },
      planning,
    );
    expect(await graph.ask('{ me { mail pin notes } }')).toEqual({ data: { me: { mail: 'm', pin: 2, notes: [] } } });
  });

  describe('a progressive override', () => {
    const users = (share: string): Subgraphs => ({
      old: {
        sdl: 'type Query { me: User } type User @key(fields: "id") { id: ID!, name: String, city: String }',
        resolvers: { Query: { me: () => ({ id: '1', name: 'old', city: 'old' }) } },
      },
      young: {
        sdl: /* GraphQL */ `type User @key(fields: "id") {
          id: ID!
          name: String @override(from: "old", label: "percent(${share})")
          city: String @override(from: "old", label: "moved")
        }`,
        resolvers: { User: { name: () => 'young', city: () => 'young' } },
      },
    });

    it.each([
      ['0', { name: 'old', city: 'old' }],
      ['100', { name: 'young', city: 'old' }],
    ])('is in force for its share of operations: %s %%', async (share, me) => {
      expect(await graphOf(users(share), planning).ask('{ me { name city } }')).toEqual({ data: { me } });
    });

    it('is in force where its label is set', async () => {
      const labelled = planningOf({ ...settings, overrideLabels: new Set(['moved']) });
      const answer = await graphOf(users('0'), labelled).ask('{ me { name city } }');
      expect(answer).toEqual({ data: { me: { name: 'old', city: 'young' } } });
      await labelled.close();
    });

    it('draws for each operation', async () => {
      const graph = graphOf(users('50'), planning);
      const names = new Set<unknown>();
      for (let i = 0; i < 40; i += 1) names.add(JSON.stringify(await graph.ask('{ me { name } }')));
      expect(names.size).toBe(2);
    });
  });
});
