import { describe, expect, it } from '@jest/globals';
import { graphInProcess, type SubgraphSource } from '../../test/execution/in-process.ts';

type Reference = { id: string; __typename: string };

/** Media are books and films in one subgraph, and an interface object in the other. */
const LIBRARY: Record<string, SubgraphSource> = {
  media: {
    sdl: /* GraphQL */ `
      type Query { media: [Media!] shelf: [Shelf!]! boxes: [[Media]] strict: Media! }
      interface Media @key(fields: "id") { id: ID! title: String }
      type Book implements Media @key(fields: "id") { id: ID! title: String! pages: Int maker: Maker }
      type Film implements Media @key(fields: "id") { id: ID! title: String length: Int maker: Maker }
      interface Shelf { top: Maker }
      type Left implements Shelf { top: Maker left: Int }
      type Right implements Shelf { top: Maker right: Int }
      type Maker @key(fields: "id") { id: ID! }
    `,
    resolvers: {
      Query: {
        media: () => [book('b1'), film('f1'), book('b2')],
        shelf: () => [
          { __typename: 'Left', top: { id: 'm1' }, left: 1 },
          { __typename: 'Right', top: { id: 'm1' }, right: 2 },
        ],
        boxes: () => [[book('b1'), null], null, [film('f1'), book('b1')]],
        strict: () => film('f1'),
      },
      Media: {
        __resolveType: ({ __typename }: Reference) => __typename,
        __resolveReference: ({ id }: Reference) => (id.startsWith('b') ? book(id) : film(id)),
      },
      Shelf: { __resolveType: ({ __typename }: Reference) => __typename },
      Book: { __resolveReference: ({ id }: Reference) => book(id) },
      Film: { __resolveReference: ({ id }: Reference) => film(id) },
      Maker: { __resolveReference: ({ id }: Reference) => ({ id }) },
    },
  },
  reviews: {
    sdl: /* GraphQL */ `
      type Query { best: Media lost: Media }
      type Media @key(fields: "id") @interfaceObject { id: ID! stars: Int reviews: [Review!]! }
      type Review { text: String! of: Media! }
      type Maker @key(fields: "id") { id: ID! name: String born: String }
    `,
    resolvers: {
      Query: { best: () => ({ id: 'f1' }), lost: () => ({ id: 'b-none' }) },
      Media: {
        __resolveReference: ({ id }: Reference) => ({ id }),
        stars: ({ id }: Reference) => (id === 'b2' ? null : 4),
        reviews: ({ id }: Reference) => [{ text: `of ${id}`, of: { id } }],
      },
      Maker: {
        __resolveReference: ({ id }: Reference) => ({ id }),
        name: ({ id }: Reference) => `Name of ${id}`,
        born: ({ id }: Reference) => `Birth of ${id}`,
      },
    },
  },
};

function book(id: string) {
  return id === 'b-none' ? null : { __typename: 'Book', id, title: `Book ${id}`, pages: 100, maker: { id: 'm1' } };
}

function film(id: string) {
  return { __typename: 'Film', id, title: null, length: 90, maker: { id: 'm2' } };
}

describe.each(['apollo', 'hive'] as const)('on the plans of %s', (planner) => {
  const graph = graphInProcess(LIBRARY, planner);

  it.each([
    [
      'of each type, with fields of the interface object',
      '{ media { id stars ... on Book { pages } ... on Film { length __typename } } }',
      {
        media: [
          { id: 'b1', stars: 4, pages: 100 },
          { id: 'f1', stars: 4, length: 90, __typename: 'Film' },
          { id: 'b2', stars: null, pages: 100 },
        ],
      },
    ],
    [
      'that begin as an interface object',
      '{ best { __typename stars title ... on Film { length maker { name } } } }',
      { best: { __typename: 'Film', stars: 4, title: null, length: 90, maker: { name: 'Name of m2' } } },
    ],
    [
      'of which no type is asked',
      '{ best { id stars reviews { text } } }',
      { best: { id: 'f1', stars: 4, reviews: [{ text: 'of f1' }] } },
    ],
    [
      'whose type is asked by another name alone',
      '{ media { kind: __typename } strict { ... on Film { kind: __typename } } }',
      { media: [{ kind: 'Book' }, { kind: 'Film' }, { kind: 'Book' }], strict: { kind: 'Film' } },
    ],
    [
      'behind an interface object whose type is asked by another name alone',
      '{ best { stars kind: __typename } }',
      { best: { stars: 4, kind: 'Film' } },
    ],
    [
      'in lists of lists',
      '{ boxes { title stars ... on Book { maker { name } } } }',
      {
        boxes: [
          [{ title: 'Book b1', stars: 4, maker: { name: 'Name of m1' } }, null],
          null,
          [
            { title: null, stars: 4 },
            { title: 'Book b1', stars: 4, maker: { name: 'Name of m1' } },
          ],
        ],
      },
    ],
    [
      'around and around',
      '{ strict { reviews { text of { __typename reviews { of { title } } } } } }',
      { strict: { reviews: [{ text: 'of f1', of: { __typename: 'Film', reviews: [{ of: { title: null } }] } }] } },
    ],
  ])('answers objects %s', async (_, text, data) => {
    expect(await graph.ask(text)).toEqual({ data });
  });

  it.each([
    ['one name', 'v: name', 'v: born', { v: 'Name of m1' }, { v: 'Birth of m1' }],
    ['names of their own', 'name', 'born', { name: 'Name of m1' }, { born: 'Birth of m1' }],
    ['less in one place', 'name', 'name born', { name: 'Name of m1' }, { name: 'Name of m1', born: 'Birth of m1' }],
  ])('gives equal objects in different places what is asked there: by %s', async (_, left, right, first, second) => {
    const text = `{ shelf { ... on Left { top { ${left} } } ... on Right { top { ${right} } } } }`;
    expect(await graph.ask(text)).toEqual({ data: { shelf: [{ top: first }, { top: second }] } });
  });

  it('answers an object whose type nobody knows with an error, where the type is asked', async () => {
    const { data, errors } = await graph.ask('{ lost { __typename stars } }');
    expect(data).toEqual({ lost: null });
    expect(errors).toMatchObject([{ path: ['lost'], extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
  });
});
