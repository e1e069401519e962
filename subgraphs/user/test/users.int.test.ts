import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '@shop/kernel';
import { type Shopper, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world?.close());

const USER = 'query ($id: ID!) { user(id: $id) { id email name role createdAt points } }';
const ENTITIES = `query ($references: [_Any!]!) {
  _entities(representations: $references) { ... on User { id email points pointHistory(first: 5) { nodes { amount } } } }
}`;
const HISTORY = `query ($first: Int, $after: String) {
  me { pointHistory(first: $first, after: $after) {
    edges { cursor node { id amount } } nodes { amount }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  } }
}`;

const reference = ({ id }: { id: string }) => ({ __typename: 'User', id });

interface History {
  me: {
    pointHistory: {
      edges: { cursor: string; node: { amount: number } }[];
      nodes: { amount: number }[];
      pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; endCursor: string };
    };
  };
}

async function aShopperWithHistory(length: number): Promise<Shopper> {
  const shopper = await world.aShopper();
  const rows = Array.from({ length }, (_, index) => [newId(), shopper.id, index + 1, index + 1]);
  const row = `(?, 'CHARGE', 'POSTED', 'charges', ?, 1, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), ?, ?)`;
  await world.database.fork().execute(
    `INSERT INTO point_transfers
       (id, kind, state, debit_account, credit_account, amount, created_at, settled_at, sequence, balance_after)
     VALUES ${rows.map(() => row).join(', ')}`,
    rows.flat(),
  );
  return shopper;
}

describe('a user', () => {
  it('is nobody without a token', async () => {
    expect((await world.anonymous.query('{ me { id } }')).data).toEqual({ me: null });
    const { errors } = await world.anonymous.query(USER, { id: newId() });
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  it('sees themselves', async () => {
    const shopper = await world.aShopper({ points: 50 });
    const { data } = await shopper.client.query<{ user: { createdAt: string } }>(USER, { id: shopper.id });
    const me = { id: shopper.id, email: `${shopper.id}@shop.test`, name: 'A Shopper', role: 'USER', points: 50 };
    expect(data).toMatchObject({ user: me });
    expect(data?.user.createdAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it('sees nobody else, neither by id nor by reference, unless ADMIN', async () => {
    const [shopper, stranger] = [await world.aShopper(), await world.aShopper({ points: 7 })];
    const admin = await world.aShopper({ role: 'ADMIN' });
    const references = [reference(stranger), reference(shopper)];

    expect((await shopper.client.query(USER, { id: stranger.id })).data).toEqual({ user: null });
    expect((await shopper.client.query(ENTITIES, { references })).data).toMatchObject({
      _entities: [null, { id: shopper.id }],
    });
    expect((await world.anonymous.query(ENTITIES, { references })).data).toEqual({ _entities: [null, null] });
    expect((await admin.client.query(USER, { id: stranger.id })).data).toMatchObject({ user: { points: 7 } });
    expect((await admin.client.query(ENTITIES, { references })).data).toMatchObject({
      _entities: [{ id: stranger.id, points: 7 }, { id: shopper.id }],
    });
  });

  it.each(['', 'x', ' ', 'x'.repeat(10_000), `' OR 1=1 --`, newId()])('does not exist with the id %p', async (id) => {
    const admin = await world.aShopper({ role: 'ADMIN' });
    expect((await admin.client.query(USER, { id })).data).toEqual({ user: null });
  });

  it('costs as many statements in a crowd as alone', async () => {
    const admin = await world.aShopper({ role: 'ADMIN' });
    const crowd = await Promise.all(Array.from({ length: 30 }, () => aShopperWithHistory(3)));
    const count = (shoppers: Shopper[]) =>
      world.countStatements(() => admin.client.query(ENTITIES, { references: shoppers.map(reference) }));
    expect(await count(crowd.slice(0, 1))).toBe(3);
    expect(await count(crowd)).toBe(3);
  });
});

describe('pointHistory', () => {
  it('goes through everything once, newest first, at a constant number of statements', async () => {
    const shopper = await aShopperWithHistory(25);
    const seen: string[] = [];
    let after: string | null = null;
    for (const expected of [10, 10, 5]) {
      let page: History['me']['pointHistory'] | undefined;
      const statements = await world.countStatements(async () => {
        page = (await shopper.client.query<History>(HISTORY, { first: 10, after })).data?.me.pointHistory;
      });
      expect(statements).toBe(2);
      expect(page?.edges).toHaveLength(expected);
      expect(page?.pageInfo).toMatchObject({ hasNextPage: expected === 10, hasPreviousPage: after !== null });
      seen.push(...(page?.edges.map(({ cursor }) => cursor) ?? []));
      after = page?.pageInfo.endCursor ?? null;
    }
    expect(new Set(seen).size).toBe(25);
  });

  it('is empty for a new account', async () => {
    const { client } = await world.aShopper();
    const pageInfo = { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null };
    expect((await client.query(HISTORY)).data).toEqual({ me: { pointHistory: { edges: [], nodes: [], pageInfo } } });
  });

  it.each([
    ['first', { first: 0 }],
    ['first', { first: -1 }],
    ['first', { first: 101 }],
    ['after', { after: '' }],
    ['after', { after: 'nonsense' }],
    ['after', { after: 'x'.repeat(100_000) }],
    ['after', { after: Buffer.from('["point-entries","5"]').toString('base64url') }],
    ['after', { after: Buffer.from('["NEWEST",5]').toString('base64url') }],
    ['after', { after: Buffer.from('["OTHER",5]').toString('base64url') }],
  ])('names %s when it is wrong: %j', async (field, variables) => {
    const { client } = await world.aShopper();
    const { errors } = await client.query(HISTORY, variables);
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field } }]);
  });
});
