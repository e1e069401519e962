import { EntitySchema } from '@mikro-orm/core';
import { User } from '../domain/user.ts';

export const userMapping = new EntitySchema({
  class: User,
  tableName: 'users',
  properties: {
    id: { type: 'string', primary: true },
    email: { type: 'string' },
    name: { type: 'string' },
    role: { type: 'string' },
    passwordHash: { type: 'string' },
    createdAt: { type: 'datetime', length: 3 },
  },
});
