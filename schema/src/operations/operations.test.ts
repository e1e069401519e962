import { afterAll, describe, expect, it } from '@jest/globals';
import { aRepository, removeRepositories } from '../../test/a-repository.ts';
import { type CountedNode, costOf } from '../plan-cost/plan-cost.ts';

const LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])';
const ROOM = {
  'schema/subgraphs/rooms.graphql': `${LINK} type Query { rooms: [Room] } type Room @key(fields: "id") { id: ID! }`,
};
const NAMED = `${LINK} type Query { rooms: [Room] } type Room @key(fields: "id") { id: ID! name: String }`;
const OWN_NAMES = `${LINK} type Room @key(fields: "id") { id: ID! name: String }`;
const ROOMS_PAGE = { 'schema/operations/rooms-page.graphql': 'query RoomsPage {\n  rooms { id name }\n}\n' };

const fetch: CountedNode = { kind: 'Fetch' };
const sequence = (...nodes: CountedNode[]): CountedNode => ({ kind: 'Sequence', nodes });
const parallel = (...nodes: CountedNode[]): CountedNode => ({ kind: 'Parallel', nodes });

describe('the cost of a plan', () => {
  it.each<[string, CountedNode | undefined, number, number]>([
    ['nothing', undefined, 0, 0],
    ['one after the other', sequence(fetch, fetch, fetch), 3, 3],
    ['beside each other', parallel(fetch, sequence(fetch, fetch)), 3, 2],
    [
      'the dearer clause of a condition',
      { kind: 'Condition', ifClause: sequence(fetch, fetch), elseClause: fetch },
      2,
      2,
    ],
    ['what an event lacks', { kind: 'Subscription', rest: parallel(fetch, fetch) }, 3, 2],
    ['deferred parts', { kind: 'Defer', primary: { node: fetch }, deferred: [{ node: fetch }, {}] }, 2, 2],
    ['a fetch at a path', { kind: 'Flatten', node: { kind: 'BatchFetch' } }, 1, 1],
  ])('counts %s', (_what, node, fetches, hops) => {
    expect(costOf(node)).toEqual({ fetches, hops });
  });
});

describe('shop-schema operations', () => {
  afterAll(removeRepositories);

  it('says what each operation takes, and that one takes more than before', async () => {
    const before = await aRepository({ 'schema/subgraphs/rooms.graphql': NAMED, ...ROOMS_PAGE });
    expect(await before.run('operations')).toMatchObject({
      code: 0,
      out: expect.stringContaining('· rooms-page.graphql: 1 hop, 1 fetch [plan-cost]'),
    });
    const after = await aRepository({ ...ROOM, 'schema/subgraphs/names.graphql': OWN_NAMES, ...ROOMS_PAGE });
    expect(await after.run('operations', '--base', before.root)).toMatchObject({
      code: 0,
      out: expect.stringContaining('! rooms-page.graphql: 1 hop → 2, 1 fetch → 2 [plan-cost-rise]'),
    });
    const { out } = await before.run('operations', '--base', after.root, '--format', 'json');
    expect(JSON.parse(out).sections[1].findings).toMatchObject([
      { level: 'notice', message: 'rooms-page.graphql: 2 hops → 1, 2 fetches → 1' },
    ]);
  });

  it('asks the other planner for what the first does not plan', async () => {
    const repository = await aRepository({
      ...ROOM,
      'schema/operations/meta.graphql': 'query Meta { __schema { queryType { name } } rooms { id } }',
    });
    expect(await repository.run('operations')).toMatchObject({
      code: 0,
      out: expect.stringContaining('· meta.graphql: 1 hop, 1 fetch'),
    });
  });

  it('fails for an operation that cannot be run, and says where', async () => {
    const repository = await aRepository({ ...ROOM, ...ROOMS_PAGE });
    expect(await repository.run('operations')).toMatchObject({
      code: 1,
      out: expect.stringMatching(/RoomsPage cannot be run: .*"name".*\(schema\/operations\/rooms-page.graphql:2:14\)/),
    });
  });

  it('wants a name for each operation, and no name twice', async () => {
    const repository = await aRepository({
      ...ROOM,
      'schema/operations/a.graphql': 'query Rooms { rooms { id } }',
      'schema/operations/b.graphql': 'query Rooms { rooms { __typename } }',
      'schema/operations/c.graphql': '{ rooms { id } }',
    });
    const { code, out } = await repository.run('operations');
    expect(code).toBe(1);
    expect(out).toMatch(/Rooms is the name of an operation in schema\/operations\/a.graphql too.*b.graphql:1:1/);
    expect(out).toMatch(/c.graphql has an operation without a name/);
  });

  it('cannot run where an operation is not GraphQL', async () => {
    const repository = await aRepository({ ...ROOM, 'schema/operations/a.graphql': 'query Rooms { rooms' });
    expect(await repository.run('operations')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^shop-schema operations: schema\/operations\/a.graphql:1:20: Syntax Error.*\n$/),
    });
  });
});
