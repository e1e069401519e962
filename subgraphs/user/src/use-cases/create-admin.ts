import type { EntityManager } from '@mikro-orm/mysql';
import type { PasswordHasher } from '../auth/password-hasher.ts';
import { type AccountDetails, acceptedDetails } from '../domain/account-details.ts';
import { User } from '../domain/user.ts';
import { registerUser } from './register-user.ts';

/**
 * Makes an ADMIN, the only way to the first one. Somebody who has an account already becomes one and keeps name and
 * password; run twice it changes nothing.
 */
export async function createAdmin(
  em: EntityManager,
  passwords: PasswordHasher,
  input: AccountDetails,
): Promise<'CREATED' | 'PROMOTED' | 'WAS_ADMIN'> {
  const { email, password, name } = acceptedDetails(input);
  const existing = await em.findOne(User, { email });
  if (existing?.role === 'ADMIN') return 'WAS_ADMIN';
  if (existing !== null) {
    await em.nativeUpdate(User, { id: existing.id }, { role: 'ADMIN' });
    return 'PROMOTED';
  }
  const passwordHash = await passwords.hash(password);
  const admin = User.register({ email, name, role: 'ADMIN', passwordHash }, new Date());
  await em.transactional((inner) => registerUser(inner, admin));
  return 'CREATED';
}
