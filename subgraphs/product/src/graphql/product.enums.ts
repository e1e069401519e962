import { registerEnumType } from 'type-graphql';
import { ProductSort } from '../domain/product-sort.ts';
import { ProductStatus } from '../domain/stock.ts';

registerEnumType(ProductStatus, {
  name: 'ProductStatus',
  description: 'Whether a product can be had.',
  valuesConfig: {
    ON_SALE: { description: 'Some are available.' },
    SOLD_OUT: { description: 'None is available now.' },
    DISCONTINUED: { description: 'No longer sold; listed nowhere, but still found by its id.' },
  },
});

registerEnumType(ProductSort, {
  name: 'ProductSort',
  description: 'The orders a list of products comes in.',
  valuesConfig: {
    NEWEST: { description: 'The latest addition first.' },
    PRICE_ASC: { description: 'The cheapest first.' },
    PRICE_DESC: { description: 'The dearest first.' },
    NAME: { description: 'By name, whatever the case of its letters.' },
  },
});

export { ProductSort, ProductStatus };
