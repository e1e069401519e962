import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { newId } from '@shop/kernel';
import { type Shopper, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world?.close());

const CHARGE = `mutation ($input: ChargePointsInput!) {
  chargePoints(input: $input) {
    user { id points }
    entry { id kind amount balanceAfter orderId occurredAt }
    userErrors { code message path }
  }
}`;

interface Charged {
  chargePoints: {
    user: { id: string; points: number } | null;
    entry: { id: string; amount: number; balanceAfter: number } | null;
    userErrors: { code: string; path: string[] }[];
  };
}

function charge(shopper: Shopper, amount: unknown, idempotencyKey: unknown = newId()) {
  return shopper.client.query<Charged>(CHARGE, { input: { amount, idempotencyKey } });
}

it('raises the balance and writes the line for it', async () => {
  const shopper = await world.aShopper();
  const { data } = await charge(shopper, 100_000);
  expect(data).toMatchObject({
    chargePoints: {
      user: { id: shopper.id, points: 100_000 },
      entry: { kind: 'CHARGE', amount: 100_000, balanceAfter: 100_000, orderId: null },
      userErrors: [],
    },
  });
});

it('answers each of several charges in one request with the balance it left', async () => {
  const { client } = await world.aShopper();
  const one = (amount: number) =>
    `chargePoints(input: { amount: ${amount}, idempotencyKey: "${newId()}" }) { user { points } }`;
  const { data } = await client.query(`mutation { first: ${one(10)} second: ${one(20)} }`);
  expect(data).toEqual({ first: { user: { points: 10 } }, second: { user: { points: 30 } } });
});

it('charges once for ten requests with one key at once, and answers them all alike', async () => {
  const shopper = await world.aShopper();
  const key = newId();
  const answers = await Promise.all(Array.from({ length: 10 }, () => charge(shopper, 500, key)));
  const ids = answers.map(({ data }) => data?.chargePoints.entry?.id);
  expect(ids[0]).toEqual(expect.any(String));
  expect(new Set(ids).size).toBe(1);
  expect(await world.account(shopper.id)).toMatchObject({ balance: 500, ledger: 500, entries: 1 });
});

it('refuses a key that comes again with another amount', async () => {
  const shopper = await world.aShopper();
  const key = newId();
  await charge(shopper, 500, key);
  const { errors } = await charge(shopper, 501, key);
  expect(errors).toMatchObject([{ extensions: { code: 'IDEMPOTENCY_KEY_REUSED' } }]);
  expect(await world.account(shopper.id)).toMatchObject({ balance: 500 });
});

it('takes the same key from two shoppers for two charges', async () => {
  const [one, another] = [await world.aShopper(), await world.aShopper()];
  const key = newId();
  await charge(one, 500, key);
  await charge(another, 700, key);
  expect(await world.account(one.id)).toMatchObject({ balance: 500 });
  expect(await world.account(another.id)).toMatchObject({ balance: 700 });
});

it('keeps the balance equal to the ledger under concurrent charges, and numbers the lines in order', async () => {
  const shopper = await world.aShopper();
  const amounts = Array.from({ length: 30 }, (_, index) => index + 1);
  await Promise.all(amounts.map((amount) => charge(shopper, amount)));
  expect(await world.account(shopper.id)).toMatchObject({ balance: 465, ledger: 465, entries: 30 });
  const { data } = await shopper.client.query<{
    me: { pointHistory: { nodes: { amount: number; balanceAfter: number }[] } };
  }>('{ me { pointHistory(first: 100) { nodes { amount balanceAfter } } } }');
  let balance = 465;
  for (const entry of data?.me.pointHistory.nodes ?? []) {
    expect(entry.balanceAfter).toBe(balance);
    balance -= entry.amount;
  }
  expect(balance).toBe(0);
});

it('never lets charges at once exceed the limit of the balance', async () => {
  const shopper = await world.aShopper({ points: 975_000_000 });
  const answers = await Promise.all(Array.from({ length: 10 }, () => charge(shopper, 10_000_000)));
  const refused = answers.filter(({ data }) => data?.chargePoints.userErrors[0]?.code === 'BALANCE_LIMIT_EXCEEDED');
  expect(refused).toHaveLength(8);
  expect(refused[0]?.data?.chargePoints).toMatchObject({ user: null, entry: null });
  expect(await world.account(shopper.id)).toMatchObject({ balance: 995_000_000, ledger: 995_000_000 });
});

it('replays a refusal that came of the balance, also when it would fit by now', async () => {
  const shopper = await world.aShopper({ points: 999_999_999 });
  const key = newId();
  const refused = { chargePoints: { entry: null, userErrors: [{ code: 'BALANCE_LIMIT_EXCEEDED' }] } };
  expect((await charge(shopper, 10, key)).data).toMatchObject(refused);
  await world.database.fork().execute('UPDATE point_accounts SET balance = 0 WHERE user_id = ?', [shopper.id]);
  expect((await charge(shopper, 10, key)).data).toMatchObject(refused);
});

it.each([0, -1, 10_000_001, Number.MAX_SAFE_INTEGER])('refuses to charge %d', async (amount) => {
  const shopper = await world.aShopper({ points: 5 });
  const { data } = await charge(shopper, amount);
  expect(data).toMatchObject({
    chargePoints: { user: null, entry: null, userErrors: [{ code: 'AMOUNT_OUT_OF_RANGE', path: ['input', 'amount'] }] },
  });
  expect(await world.account(shopper.id)).toMatchObject({ balance: 5, entries: 1 });
});

it.each([
  ['a fraction', 1.5, newId(), undefined],
  ['more than an integer can be', 1e300, newId(), undefined],
  ['a word', 'many', newId(), undefined],
  ['an empty key', 5, '', 'idempotencyKey'],
  ['a key of spaces', 5, '   ', 'idempotencyKey'],
  ['a huge key', 5, 'k'.repeat(100_000), 'idempotencyKey'],
  ['no key', 5, null, undefined],
])('answers %s with BAD_USER_INPUT and charges nothing', async (_what, amount, key, field) => {
  const shopper = await world.aShopper({ points: 5 });
  const { errors } = await charge(shopper, amount, key);
  expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  if (field !== undefined) expect(errors?.[0]?.extensions.field).toBe(field);
  expect(await world.account(shopper.id)).toMatchObject({ balance: 5, entries: 1 });
});

it('refuses a header that names another key than the input', async () => {
  const shopper = await world.aShopper();
  const input = { amount: 5, idempotencyKey: 'one' };
  const { errors } = await shopper.client.query(CHARGE, { input }, { 'idempotency-key': 'another' });
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field: 'idempotencyKey' } }]);
});

it('needs a token, and an account behind it', async () => {
  const input = { amount: 5, idempotencyKey: newId() };
  const { errors } = await world.anonymous.query(CHARGE, { input });
  expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  const shopper = await world.aShopper();
  await world.database.fork().execute('DELETE FROM point_accounts WHERE user_id = ?', [shopper.id]);
  await world.database.fork().execute('DELETE FROM users WHERE id = ?', [shopper.id]);
  expect((await charge(shopper, 5)).errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
});
