import { describe, expect, it } from '@jest/globals';
import { GraphQLError } from 'graphql';
import { type GraphInProcess, graphInProcess, type SubgraphSource } from '../../test/execution/in-process.ts';

type Reference = { id: string; __typename: string };

const THINGS = ['t1', 't2', 't3'];

/** Things in one subgraph, what they cost and weigh in another, and what sending them takes in a third. */
const SHOP: Record<string, SubgraphSource> = {
  things: {
    sdl: /* GraphQL */ `
      scalar Json
      enum Size { SMALL LARGE SECRET @inaccessible }
      interface Named { name: String! }
      union Owned = Thing | Box
      type Query {
        thing(id: ID = "t1"): Thing
        things: [Thing!]!
        maybeThings: [Thing]
        same(times: Int!): [Thing!]!
        named: [Named]
        owned: [Owned!]
        box: Box
        grid: [[Cell]]
        strictGrid: [[Cell!]!]
        json: Json
        sizes: [Size]
        count: Int
        odd: Int!
        maybeOdd: Float
      }
      type Mutation { first: Step! second: Step third: String }
      type Step { at: Int! thing: Thing }
      type Thing implements Named @key(fields: "id") { id: ID! name: String! like: [Thing!]! box: Box dims: Dims }
      type Dims { width: Int! height: Int }
      type Box implements Named { name: String! things: [Thing!]! lid: Boolean }
      type Cell { at: String, thing: Thing }
    `,
    resolvers: {
      Query: {
        thing: (_: unknown, { id }: { id: string }) => thing(id),
        things: () => THINGS.map(thing),
        maybeThings: () => [thing('t1'), null, thing('t2')],
        same: (_: unknown, { times }: { times: number }) => Array.from({ length: times }, () => thing('t1')),
        named: () => [thing('t1'), box(), null],
        owned: () => [thing('t2'), box()],
        box,
        grid: () => [[{ at: 'a', thing: thing('t1') }, null], null, [{ at: 'c', thing: thing('t3') }]],
        strictGrid: () => [[{ at: 'a', thing: thing('t1') }], [{ at: 'b', thing: thing('t2') }]],
        json: () => ({ deep: [1, null, { a: 'b' }] }),
        sizes: () => ['SMALL', 'SECRET', 'LARGE', null],
        count: () => 3,
        odd: () => 7,
        maybeOdd: () => 0.5,
      },
      Mutation: {
        first: () => ({ at: 1, thing: thing('t1') }),
        second: () => ({ at: 2, thing: thing('t2') }),
        third: () => '3',
      },
      Named: { __resolveType: ({ __typename }: Reference) => __typename },
      Owned: { __resolveType: ({ __typename }: Reference) => __typename },
      Thing: { __resolveReference: ({ id }: Reference) => thing(id) },
    },
  },
  prices: {
    sdl: /* GraphQL */ `
      type Query { cheapest: Thing }
      type Mutation { fourth: String }
      type Thing @key(fields: "id") { id: ID! price: Int weight: Int! note(in: String): String rebate: [Rebate!] }
      type Rebate { percent: Int! thing: Thing }
    `,
    resolvers: {
      Query: { cheapest: () => ({ __typename: 'Thing', id: 't3' }) },
      Mutation: { fourth: () => '4' },
      Thing: {
        __resolveReference: ({ id }: Reference) => ({ id }),
        price: ({ id }: Reference) => 10 * Number(id.slice(1)),
        weight: ({ id }: Reference) => Number(id.slice(1)),
        note: (_: unknown, args: { in?: string }) => `in ${args.in ?? 'words'}`,
        rebate: ({ id }: Reference) => [{ percent: 5, thing: { id } }],
      },
    },
  },
  sending: {
    sdl: /* GraphQL */ `
      type Thing @key(fields: "id") {
        id: ID!
        price: Int @external
        weight: Int! @external
        dims: Dims @external
        sending: Int @requires(fields: "price weight")
        room: Int! @requires(fields: "dims { width height }")
        carrier: String!
      }
      type Dims { width: Int! @external, height: Int @external }
    `,
    resolvers: {
      Thing: {
        sending: ({ price, weight }: { price: number | null; weight: number }) => (price ?? 0) + weight,
        room: ({ dims }: { dims: { width: number; height: number | null } | null }) =>
          (dims?.width ?? 0) * (dims?.height ?? 1),
        carrier: () => 'post',
      },
    },
  },
};

function thing(id: string): Record<string, unknown> {
  return {
    __typename: 'Thing',
    id,
    name: `Thing ${id}`,
    like: () => THINGS.filter((other) => other !== id).map(thing),
    box,
    dims: id === 't3' ? null : { width: 2, height: id === 't1' ? 3 : null },
  };
}

function box(): Record<string, unknown> {
  return { __typename: 'Box', name: 'A "box"\nof \u{1f600}', things: () => [thing('t1'), thing('t2')], lid: true };
}

/** The subgraph answers this, or fails, in place of what it would have. */
const down = (name: string) => (request: { subgraph: string }, next: () => Promise<object>) =>
  request.subgraph === name
    ? Promise.resolve({ errors: [{ message: 'away', extensions: { code: 'SERVICE_UNAVAILABLE' } }] })
    : next();

const pathsOf = ({ errors = [] }: { errors?: readonly { path?: readonly (string | number)[] }[] }) =>
  errors.map(({ path }) => path?.join('.')).sort();

describe.each(['apollo', 'hive'] as const)('on the plans of %s', (planner) => {
  const graph: GraphInProcess = graphInProcess(SHOP, planner);

  describe('an answer', () => {
    it.each([
      ['{ b: count a: count box { lid name } }', '{"b":3,"a":3,"box":{"lid":true,"name":"A \\"box\\"\\nof 😀"}}'],
      [
        '{ things { t: __typename id __typename } }',
        THINGS.map((id) => `{"t":"Thing","id":"${id}","__typename":"Thing"}`),
      ],
      [
        '{ things { price id sending } }',
        THINGS.map((id, i) => `{"price":${10 * (i + 1)},"id":"${id}","sending":${11 * (i + 1)}}`),
      ],
      ['{ json maybeOdd odd }', '{"json":{"deep":[1,null,{"a":"b"}]},"maybeOdd":0.5,"odd":7}'],
      [
        '{ thing { ...A id ...B } } fragment A on Thing { price } fragment B on Thing { name id price }',
        '{"thing":{"price":10,"id":"t1","name":"Thing t1"}}',
      ],
      [
        '{ thing { dims { width } ... on Thing { dims { height width } } } }',
        '{"thing":{"dims":{"width":2,"height":3}}}',
      ],
      ['{ constructor: count toString: box { valueOf: lid } }', '{"constructor":3,"toString":{"valueOf":true}}'],
      [
        '{ grid { at thing { price } } }',
        '{"grid":[[{"at":"a","thing":{"price":10}},null],null,[{"at":"c","thing":{"price":30}}]]}',
      ],
    ])('has the order and the names of %s', async (text, expected) => {
      const json = Array.isArray(expected) ? `{"things":[${expected.join(',')}]}` : expected;
      expect(await graph.write(text)).toBe(json);
    });

    it('has the fields of each object’s own type', async () => {
      const fields = '__typename ... on Named { name } ... on Thing { price } ... on Box { lid things { sending } }';
      const thing2 = { __typename: 'Thing', name: 'Thing t2', price: 20 };
      const aBox = { __typename: 'Box', name: box().name, lid: true, things: [{ sending: 11 }, { sending: 22 }] };
      expect(await graph.ask(`{ owned { ${fields} } named { ${fields} } }`)).toEqual({
        data: { owned: [thing2, aBox], named: [{ __typename: 'Thing', name: 'Thing t1', price: 10 }, aBox, null] },
      });
    });

    it.each([
      [
        { yes: true, no: false },
        { count: 3, thing: { name: 'Thing t1', price: 10 } },
      ],
      [{ yes: false, no: true }, { odd: 7 }],
      [{ yes: true, no: true }, { count: 3 }],
    ])('leaves out and includes by variables: %j', async (variables, data) => {
      const text = `query ($yes: Boolean!, $no: Boolean = true) {
        count @include(if: $yes) odd @skip(if: $yes) ...F @skip(if: $no)
      } fragment F on Query { thing { name price @include(if: $yes) } }`;
      expect(await graph.ask(text, { variables })).toEqual({ data });
    });

    it('shows the schema among other fields, by whatever name', async () => {
      const text =
        'query ($t: String!) { count s: __schema { queryType { name } } __type(name: $t) { kind } __typename }';
      expect(await graph.write(text, { variables: { t: 'Size' } })).toBe(
        '{"count":3,"s":{"queryType":{"name":"Query"}},"__type":{"kind":"ENUM"},"__typename":"Query"}',
      );
    });
  });

  describe('entities', () => {
    it('are asked for once, however often they are in the answer', async () => {
      graph.sent.length = 0;
      const { data, errors } = await graph.ask('{ same(times: 50) { id price like { price } } }');
      expect(errors).toBeUndefined();
      expect(data?.same).toEqual(Array(50).fill({ id: 't1', price: 10, like: [{ price: 20 }, { price: 30 }] }));
      const asked = graph.sent.flatMap(({ variables }) => Object.values(variables).flat() as Reference[]);
      const ids = asked.flatMap((representation) => representation.id ?? []);
      expect(ids.sort()).toEqual(['t1', 't2', 't3']);
    });

    it('that are wanted at the same time from one subgraph are asked for in one request', async () => {
      graph.sent.length = 0;
      const text = '{ thing { price } box { things { weight note } } things { rebate { percent } } }';
      const { data, errors } = await graph.ask(text);
      expect(errors).toBeUndefined();
      expect(data).toMatchObject({ thing: { price: 10 }, box: { things: [{ weight: 1 }, { weight: 2 }] } });
      expect(graph.sent.filter(({ subgraph }) => subgraph === 'prices')).toHaveLength(1);
    });

    it('carry the client’s variables', async () => {
      const text = 'query ($in: String) { thing { note(in: $in) other: note } box { things { note(in: $in) } } }';
      expect(await graph.ask(text, { variables: { in: 'German' } })).toEqual({
        data: {
          thing: { note: 'in German', other: 'in words' },
          box: { things: [{ note: 'in German' }, { note: 'in German' }] },
        },
      });
    });

    it('that need parts of others’ objects get them, nulls included', async () => {
      expect(await graph.ask('{ things { room dims { width } } }')).toEqual({
        data: {
          things: [
            { room: 6, dims: { width: 2 } },
            { room: 2, dims: { width: 2 } },
            { room: 0, dims: null },
          ],
        },
      });
    });
  });

  describe('a subgraph that is away', () => {
    it('costs its own fields, each with an error at every place', async () => {
      const result = await graph.ask('{ same(times: 2) { name price } box { things { price } } }', {
        between: down('prices'),
      });
      expect(result.data).toEqual({
        same: Array(2).fill({ name: 'Thing t1', price: null }),
        box: { things: [{ price: null }, { price: null }] },
      });
      expect(pathsOf(result)).toEqual(['box.things.0.price', 'box.things.1.price', 'same.0.price', 'same.1.price']);
      expect(result.errors?.[0]).toMatchObject({ message: 'away', extensions: { code: 'SERVICE_UNAVAILABLE' } });
    });

    it('costs those fields too that need what it did not bring', async () => {
      const result = await graph.ask('{ thing { name sending } }', { between: down('prices') });
      expect(result.data).toEqual({ thing: { name: 'Thing t1', sending: null } });
      expect(pathsOf(result)).toEqual(['thing.sending']);
    });

    it('nulls what may not lack its fields, with one error for each of them', async () => {
      const result = await graph.ask('{ maybeThings { name carrier } }', { between: down('sending') });
      expect(result.data).toEqual({ maybeThings: [null, null, null] });
      expect(pathsOf(result)).toEqual(['maybeThings.0.carrier', 'maybeThings.2.carrier']);
    });

    it('nulls all there is when nothing above may be null', async () => {
      const result = await graph.ask('{ count things { carrier } }', { between: down('sending') });
      expect(result.data).toBeNull();
      expect(pathsOf(result)).toEqual(['things.0.carrier', 'things.1.carrier', 'things.2.carrier']);
    });

    it('costs root fields', async () => {
      const result = await graph.ask('{ count cheapest { id } box { lid } }', { between: down('things') });
      expect(result.data).toEqual({ count: null, cheapest: { id: 't3' }, box: null });
      expect(pathsOf(result)).toEqual(['box', 'count']);
    });
  });

  describe('an error in a subgraph', () => {
    it('is told at the client’s path, for each place of the entity', async () => {
      const failing = graphInProcess(withPrice('t1'), planner);
      const result = await failing.ask('{ same(times: 2) { p: price } things { id price } }');
      expect(result.data).toMatchObject({
        same: [{ p: null }, { p: null }],
        things: [{ price: null }, { price: 20 }, {}],
      });
      expect(pathsOf(result)).toEqual(['same.0.p', 'same.1.p', 'things.0.price']);
    });

    it('at a whole entity is told at each of its fields', async () => {
      const failing = graphInProcess(withReference('t2'), planner);
      const result = await failing.ask('{ maybeThings { id price weight } }');
      expect(result.data).toEqual({ maybeThings: [{ id: 't1', price: 10, weight: 1 }, null, null] });
      expect(pathsOf(result)).toEqual(['maybeThings.2.price', 'maybeThings.2.weight']);
    });

    it('at all entities is told at each of their fields', async () => {
      const whole = { data: null, errors: [{ message: 'no', path: ['_entities'] }] };
      const result = await graph.ask('{ things { price note } }', {
        between: async ({ subgraph }, next) => (subgraph === 'prices' ? whole : next()),
      });
      expect(result.data).toEqual({ things: THINGS.map(() => ({ price: null, note: null })) });
      expect(pathsOf(result)).toEqual(THINGS.flatMap((_, i) => [`things.${i}.note`, `things.${i}.price`]));
    });
  });

  describe('data that does not fit the schema', () => {
    const tampered = (data: object) => ({ between: async () => ({ data: { ...data } }) });
    it.each([
      [
        '{ sizes }',
        { sizes: ['SMALL', 'SECRET', null, 4] },
        { sizes: ['SMALL', null, null, null] },
        ['sizes.1', 'sizes.3'],
      ],
      ['{ count }', { count: 'many' }, { count: null }, ['count']],
      ['{ count }', { count: 3_000_000_000 }, { count: null }, ['count']],
      ['{ count odd }', { count: 1, odd: null }, null, ['odd']],
      ['{ box { name } }', { box: { name: 5 } }, { box: null }, ['box.name']],
      ['{ box { lid } count }', { box: [] }, { box: null, count: null }, ['box']],
      [
        '{ grid { at } }',
        { grid: [[{ at: 'a' }, 'no cell'], 7] },
        { grid: [[{ at: 'a' }, null], null] },
        ['grid.0.1', 'grid.1'],
      ],
      ['{ strictGrid { at } }', { strictGrid: [[{ at: 'a' }], [null]] }, { strictGrid: null }, ['strictGrid.1.0']],
      ['{ named { name } }', { named: [{ __typename: 'Nothing', name: 'n' }] }, { named: [null] }, ['named.0']],
      ['{ things { name } }', { things: null }, null, ['things']],
    ])('is null with an error: %s of %j', async (text, sent, data, paths) => {
      const result = await graph.ask(text, tampered(sent));
      expect(result.data).toEqual(data);
      expect(pathsOf(result)).toEqual(paths);
    });

    it('keeps names that every object has', async () => {
      const text = '{ __proto__: count hasOwnProperty: box { lid } }';
      expect(await graph.write(text, { between: async () => ({ data: {} }), plan: await planOf(text) })).toBe(
        '{"__proto__":null,"hasOwnProperty":null}',
      );
    });

    async function planOf(_text: string) {
      const operation = '{ count }';
      const node = { kind: 'Fetch', serviceName: 'things', operation, operationKind: 'query' } as const;
      return { kind: 'QueryPlan', node: node as never } as const;
    }
  });

  it('refuses variables that do not fit, before any subgraph is asked', async () => {
    graph.sent.length = 0;
    const result = await graph.ask('query ($n: Int!) { same(times: $n) { id } }', { variables: { n: 'x' } });
    expect(result).toEqual({
      errors: [expect.objectContaining({ extensions: { code: 'BAD_USER_INPUT', field: 'n' } })],
    });
    expect(graph.sent).toEqual([]);
  });
});

describe('mutations', () => {
  it('run one after the other', async () => {
    const graph = graphInProcess(SHOP, 'apollo');
    const text = 'mutation { first { at thing { price } } fourth second { at thing { name } } third }';
    expect(await graph.write(text)).toBe(
      '{"first":{"at":1,"thing":{"price":10}},"fourth":"4","second":{"at":2,"thing":{"name":"Thing t2"}},"third":"3"}',
    );
    expect(graph.sent.filter(({ query }) => query.startsWith('mutation')).map(({ subgraph }) => subgraph)).toEqual([
      'things',
      'prices',
      'things',
    ]);
  });
});

function withPrice(broken: string): Record<string, SubgraphSource> {
  const price = ({ id }: Reference) => {
    if (id === broken) throw new GraphQLError('no price', { extensions: { code: 'CONFLICT' } });
    return 10 * Number(id.slice(1));
  };
  const { sdl = '', resolvers = {} } = SHOP.prices ?? {};
  return { ...SHOP, prices: { sdl, resolvers: { ...resolvers, Thing: { ...(resolvers.Thing as object), price } } } };
}

function withReference(broken: string): Record<string, SubgraphSource> {
  const __resolveReference = async ({ id }: Reference) => {
    if (id === broken) throw new GraphQLError('no such thing', { extensions: { code: 'CONFLICT' } });
    return { id };
  };
  const { sdl = '', resolvers = {} } = SHOP.prices ?? {};
  const Thing = { ...(resolvers.Thing as object), __resolveReference };
  return { ...SHOP, prices: { sdl, resolvers: { ...resolvers, Thing } } };
}
