import { setImmediate as aTurn } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { newId } from '@shop/kernel';
import { type Shopper, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world?.close());

const SHOPPERS = 20;
const MINE = `query ($id: ID!, $of: [_Any!]!) {
  me { id email points }
  user(id: $id) { id }
  history: me { pointHistory { nodes { amount } } }
  _entities(representations: $of) { ... on User { email } }
}`;
const CHARGE = `mutation ($first: ChargePointsInput!, $second: ChargePointsInput!) {
  first: chargePoints(input: $first) { user { id points } }
  second: chargePoints(input: $second) { user { id points } entry { balanceAfter } }
}`;

const shoppers = () => Promise.all(Array.from({ length: SHOPPERS }, () => world.aShopper()));
const charging = (first: number, second: number) => ({
  first: { amount: first, idempotencyKey: newId() },
  second: { amount: second, idempotencyKey: newId() },
});

it('answers each of many who ask at once with what is theirs, and nobody with what is another’s', async () => {
  const all = await shoppers();
  const answers = await Promise.all(
    all.flatMap(({ client }, at) => {
      const next = all[(at + 1) % SHOPPERS] as Shopper;
      const of = [{ __typename: 'User', id: next.id }];
      return [client.query(CHARGE, charging(1_000 + at, 5)), client.query(MINE, { id: next.id, of })];
    }),
  );
  for (const [at, { id }] of all.entries()) {
    expect(answers[2 * at]?.data).toEqual({
      first: { user: { id, points: 1_000 + at } },
      second: { user: { id, points: 1_005 + at }, entry: { balanceAfter: 1_005 + at } },
    });
    const mine = answers[2 * at + 1]?.data;
    expect(mine).toMatchObject({ me: { id, email: `${id}@shop.test` }, user: null, _entities: [null] });
    const amounts = JSON.stringify(mine?.history).match(/\d+/g) ?? [];
    expect(['5', String(1_000 + at)]).toEqual(expect.arrayContaining(amounts));
  }
});

it('reads for each request anew, whatever an earlier one has read', async () => {
  const { id, client } = await world.aShopper();
  const name = async () => (await client.query<{ me: { name: string } }>('{ me { name points } }')).data?.me.name;
  expect(await name()).toBe('A Shopper');
  await world.database.fork().execute('UPDATE users SET name = ? WHERE id = ?', ['Renamed elsewhere', id]);
  expect(await name()).toBe('Renamed elsewhere');
});

it('ends what it has begun for clients that leave in the middle', async () => {
  const all = await shoppers();
  await Promise.all(
    all.map(async ({ client, token, id }, at) => {
      const variables = charging(100, 10);
      const leaving = new AbortController();
      const left = fetch(`${world.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ query: CHARGE, variables }),
        signal: leaving.signal,
      }).then(
        () => 'answered',
        () => 'left',
      );
      // Each a little further in its work than the one before.
      for (let turn = 0; turn < at; turn++) await aTurn();
      leaving.abort();
      await left;
      const { data } = await client.query(CHARGE, variables);
      expect(data).toMatchObject({ second: { user: { id, points: 110 } } });
      expect(await world.account(id)).toMatchObject({ balance: 110, ledger: 110, entries: 2 });
    }),
  );
});
