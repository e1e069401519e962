import type { EntityManager } from '@mikro-orm/mysql';
import { User } from '../domain/user.ts';

/** Writes a user and the empty account every user has. Throws UniqueConstraintViolationException for a taken address. */
export async function registerUser(em: EntityManager, user: User): Promise<void> {
  await em.insert(User, user);
  await em.execute('INSERT INTO point_accounts (user_id) VALUES (?)', [user.id]);
}
