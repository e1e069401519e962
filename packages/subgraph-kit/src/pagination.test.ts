import { BadUserInput } from '@shop/kernel';
import { connectionOf, pageOf } from './pagination.ts';

const order = 'NEWEST';
const rows = Array.from({ length: 5 }, (_, index) => ({ id: `row-${index}` }));
const valuesOf = (row: { id: string }) => [row.id];

it('walks a list page by page to its end', () => {
  const first = connectionOf(rows.slice(0, 3), pageOf({ first: 2 }, { order }), { order, valuesOf });
  expect(first.nodes.map(({ id }) => id)).toEqual(['row-0', 'row-1']);
  expect(first.pageInfo).toMatchObject({
    hasNextPage: true,
    hasPreviousPage: false,
    endCursor: first.edges[1]?.cursor,
  });

  const next = pageOf({ first: 10, after: first.pageInfo.endCursor }, { order });
  expect(next.after).toEqual(['row-1']);
  expect(connectionOf(rows.slice(2), next, { order, valuesOf }).pageInfo).toMatchObject({
    hasNextPage: false,
    hasPreviousPage: true,
  });
});

it('takes twenty when the client names no size', () => {
  expect(pageOf({ first: null }, { order })).toEqual({ size: 20, limit: 21, after: null });
});

it.each([0, -1, 101, 2 ** 31 - 1])('refuses a page of %p', (first) => {
  expect(() => pageOf({ first }, { order })).toThrow(BadUserInput);
});

it.each([
  '',
  'rubbish',
  Buffer.from('{}').toString('base64url'),
  Buffer.from('["NEWEST"]').toString('base64url'),
  Buffer.from('["NEWEST",{"a":1}]').toString('base64url'),
])('refuses the cursor %p and names the argument', (after) =>
  expect(() => pageOf({ after }, { order })).toThrow(expect.objectContaining({ field: 'after' })),
);

it('refuses a cursor of another order', () => {
  const { pageInfo } = connectionOf(rows, pageOf({}, { order }), { order, valuesOf });
  expect(() => pageOf({ after: pageInfo.endCursor }, { order: 'PRICE_ASC' })).toThrow(BadUserInput);
});
