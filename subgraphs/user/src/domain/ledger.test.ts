import { type AccountProof, differencesOf, imbalanceOf } from './ledger.ts';

const right: AccountProof = {
  userId: 'ada',
  balance: 700,
  pending: 200,
  entryCount: 3,
  posted: 700,
  held: 200,
  entries: 3,
  brokenEntries: 0,
};

it('finds nothing in an account that is the sum of its transfers', () => {
  expect(differencesOf(right)).toEqual([]);
});

it.each<[Partial<AccountProof>, string]>([
  [{ balance: 701 }, 'the balance is 701, its posted transfers add up to 700'],
  [{ pending: 0 }, '0 are set aside, its pending transfers add up to 200'],
  [{ entries: 2 }, '3 entries are counted, 2 transfers are posted'],
  [{ brokenEntries: 1 }, '1 entries do not follow from those before them'],
])('says what differs: %j', (change, problem) => {
  expect(differencesOf({ ...right, ...change })).toEqual([{ where: 'account ada', problem }]);
});

it('wants all accounts together to have nothing', () => {
  const balances = [
    { account: 'charges', balance: -1_000 },
    { account: 'sales', balance: 300 },
  ];
  expect(imbalanceOf([...balances, { account: 'users', balance: 700 }])).toEqual([]);
  expect(imbalanceOf([...balances, { account: 'users', balance: 650 }])).toEqual([
    { where: 'all accounts', problem: 'they add up to -50 in place of 0: charges -1000, sales 300, users 650' },
  ]);
});
