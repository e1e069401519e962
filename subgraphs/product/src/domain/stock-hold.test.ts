import { summedByProduct } from './stock-hold.ts';

it('makes one line per product, in the order in which stock is locked', () => {
  const lines = [
    { productId: 'b', quantity: 1 },
    { productId: 'a', quantity: 2 },
    { productId: 'b', quantity: 3 },
  ];
  expect(summedByProduct(lines)).toEqual([
    { productId: 'a', quantity: 2 },
    { productId: 'b', quantity: 4 },
  ]);
});
