import { EntitySchema } from '@mikro-orm/core';
import { Product } from '../domain/product.ts';

export const productMapping = new EntitySchema({
  class: Product,
  tableName: 'products',
  properties: {
    id: { type: 'string', primary: true },
    name: { type: 'string' },
    description: { type: 'text', nullable: true },
    price: { type: 'integer' },
    categoryId: { type: 'string', nullable: true },
    discontinued: { type: 'boolean' },
    createdAt: { type: 'datetime' },
    // Written, searched in SQL, never read.
    searchTerms: { type: 'text', lazy: true },
  },
});
