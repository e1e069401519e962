import { newId } from '@shop/kernel';
import { type Buyer, ORDER_FIELDS, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

interface OrdersOfUser {
  orders: {
    nodes: { id: string; status: string }[];
    pageInfo: { hasNextPage: boolean; endCursor: string };
  };
}

const ENTITIES = `query ($users: [_Any!]!, $first: Int, $after: String) {
  _entities(representations: $users) { ... on User {
    id orders(first: $first, after: $after) { nodes { ${ORDER_FIELDS} } pageInfo { hasNextPage endCursor } } } } }`;

async function ordersOf(viewer: Buyer, users: Buyer[], page: { first?: number; after?: string } = {}) {
  const representations = users.map(({ id }) => ({ __typename: 'User', id }));
  const answer = await viewer.client.query<{ _entities: OrdersOfUser[] }>(ENTITIES, {
    users: representations,
    ...page,
  });
  return { ...answer, found: answer.data?._entities ?? [] };
}

async function aBuyerWith(count: number) {
  const buyer = await world.aBuyer({ points: 10_000_000 });
  const lines = [{ productId: world.others.aProduct({ onHand: 1_000 }).id, quantity: 1 }];
  const ids: string[] = [];
  for (let placed = 0; placed < count; placed++) ids.unshift((await world.place(buyer, { lines })).order?.id ?? '');
  return { buyer, ids };
}

it('lists the orders newest first, page by page', async () => {
  const { buyer, ids } = await aBuyerWith(5);
  const {
    found: [first],
  } = await ordersOf(buyer, [buyer], { first: 3 });
  expect(first?.orders.nodes.map(({ id }) => id)).toEqual(ids.slice(0, 3));
  expect(first?.orders.pageInfo.hasNextPage).toBe(true);
  const {
    found: [second],
  } = await ordersOf(buyer, [buyer], { first: 3, after: first?.orders.pageInfo.endCursor ?? '' });
  expect(second?.orders.nodes.map(({ id }) => id)).toEqual(ids.slice(3));
  expect(second?.orders.pageInfo.hasNextPage).toBe(false);
});

it('does not list what was refused: the buyer was told that there is no order', async () => {
  const buyer = await world.aBuyer({ points: 0 });
  await world.place(buyer, { lines: [{ productId: world.others.aProduct().id, quantity: 1 }] });
  expect((await ordersOf(buyer, [buyer])).found[0]?.orders.nodes).toEqual([]);
});

it('costs the same statements for one user with one order as for several with many', async () => {
  const admin = await world.aBuyer({ role: 'ADMIN' });
  const [few, ...many] = await Promise.all([aBuyerWith(1), aBuyerWith(6), aBuyerWith(5), aBuyerWith(4)]);
  const ofFew = await world.statementsOf(() => ordersOf(admin, [few.buyer]));
  const ofMany = await world.statementsOf(() =>
    ordersOf(
      admin,
      many.map(({ buyer }) => buyer),
    ),
  );
  expect(ofMany).toHaveLength(ofFew.length);
  // Ids, orders, lines, payments.
  expect(ofMany).toHaveLength(4);
  const { found } = await ordersOf(
    admin,
    many.map(({ buyer }) => buyer),
  );
  expect(found.map(({ orders }) => orders.nodes.map(({ id }) => id))).toEqual(many.map(({ ids }) => ids));
});

it("shows nobody another's orders", async () => {
  const { buyer, ids } = await aBuyerWith(1);
  const stranger = await world.aBuyer();
  const { data, errors } = await ordersOf(stranger, [buyer]);
  expect(JSON.stringify(data)).not.toContain(ids[0]);
  expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');

  const one = await stranger.client.query('query ($id: ID!) { order(id: $id) { id } }', { id: ids[0] });
  expect(one).toMatchObject({ data: { order: null } });
  expect(one.errors).toBeUndefined();
});

it.each([0, -1, 101])('refuses a page of %p', async (first) => {
  const buyer = await world.aBuyer();
  const { errors } = await ordersOf(buyer, [buyer], { first });
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field: 'first' } }]);
});

const cursor = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');

it.each(['rubbish', cursor('orders', 'rubbish'), cursor('orders', 5), cursor('NEWEST', newId())])(
  'refuses the cursor %p: it is not its own',
  async (after) => {
    const buyer = await world.aBuyer();
    const { errors } = await ordersOf(buyer, [buyer], { after });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field: 'after' } }]);
  },
);

it('resolves references to orders in one statement, each only for who may see it', async () => {
  const { buyer, ids } = await aBuyerWith(3);
  const { ids: foreign } = await aBuyerWith(1);
  const wanted = [...ids, ...foreign, newId(), 'rubbish'];
  let answer: { data: { _entities: ({ id: string } | null)[] } | null } = { data: null };
  const statements = await world.statementsOf(async () => {
    answer = await buyer.client.query(
      'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Order { id status } } }',
      { of: wanted.map((id) => ({ __typename: 'Order', id })) },
    );
  });
  expect(answer.data?._entities.map((order) => order?.id ?? null)).toEqual([...ids, null, null, null]);
  expect(statements).toHaveLength(1);
});

it.each(['', 'rubbish', newId()])('knows no order %p', async (id) => {
  const buyer = await world.aBuyer();
  const answer = await buyer.client.query('query ($id: ID!) { order(id: $id) { id } }', { id });
  expect(answer).toMatchObject({ data: { order: null } });
});

it('asks an anonymous viewer to sign in', async () => {
  const { errors } = await world.anonymous().query('{ order(id: "x") { id } }');
  expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
});

it('tells what the saga did to an ADMIN and to nobody else', async () => {
  const {
    buyer,
    ids: [id],
  } = await aBuyerWith(1);
  const admin = await world.aBuyer({ role: 'ADMIN' });
  const document = 'query ($id: ID!) { order(id: $id) { id sagaSteps { name outcome at } } }';

  const own = await buyer.client.query(document, { id });
  expect(own.data).toEqual({ order: { id, sagaSteps: null } });
  expect(own.errors?.[0]?.extensions.code).toBe('FORBIDDEN');

  const { data } = await admin.client.query<{ order: { sagaSteps: { name: string; outcome: string }[] } }>(document, {
    id,
  });
  expect(data?.order.sagaSteps.map(({ name, outcome }) => `${name}: ${outcome}`).slice(0, 3)).toEqual([
    'hold stock: HELD',
    'hold points: HELD',
    'decide: COMPLETED',
  ]);
});
