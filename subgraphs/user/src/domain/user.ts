import { newId, type Role } from '@shop/kernel';

/** Somebody with an account. Points are kept apart, in the ledger. */
export class User {
  id!: string;
  email!: string;
  name!: string;
  role!: Role;
  passwordHash!: string;
  createdAt!: Date;

  static register(details: Pick<User, 'email' | 'name' | 'role' | 'passwordHash'>, now: Date): User {
    return Object.assign(new User(), { id: newId(), ...details, createdAt: now });
  }
}

/** What a token of this role may be used for: the `scope` claim (RFC 8693, section 4.2). */
export function scopeOf(role: Role): string {
  return role === 'ADMIN' ? 'shop admin' : 'shop';
}
