import { randomUUID } from 'node:crypto';
import type { TestTokens } from '@shop/testkit';
import type { AdminSql } from '../admin-sql.ts';

/** Somebody with a token. */
export interface Person {
  id: string;
  token: string;
}

const AT_ONCE = 1_000;

/** People with tokens of their own; no password is hashed for them. */
export async function invite(tokens: TestTokens, count: number): Promise<Person[]> {
  const people: Person[] = [];
  while (people.length < count) {
    const ids = Array.from({ length: Math.min(AT_ONCE, count - people.length) }, () => randomUUID());
    people.push(...(await Promise.all(ids.map(async (id) => ({ id, token: await tokens.mint({ userId: id }) })))));
  }
  return people;
}

/** Puts them into the user service's table, so that `me` finds them. */
export async function register(people: readonly Person[], admin: AdminSql): Promise<void> {
  for (let at = 0; at < people.length; at += AT_ONCE) {
    const rows = people.slice(at, at + AT_ONCE).map(({ id }) => [id, `${id}@bench.test`, 'A Person', 'USER', '-']);
    await admin.rows(
      `INSERT INTO shop_user.users (id, email, name, role, password_hash, created_at)
       VALUES ${rows.map(() => '(?, ?, ?, ?, ?, UTC_TIMESTAMP(3))').join(', ')}`,
      rows.flat(),
    );
  }
}
