import { EntitySchema } from '@mikro-orm/core';
import { Category } from '../domain/category.ts';

export const categoryMapping = new EntitySchema({
  class: Category,
  tableName: 'categories',
  properties: {
    id: { type: 'string', primary: true },
    name: { type: 'string' },
  },
});
