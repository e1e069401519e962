import type { EntityManager } from '@mikro-orm/mysql';

/** The time by the clock that decides windows and expiry. */
export async function databaseTime(em: EntityManager): Promise<Date> {
  const [row] = await em.execute<{ now: string }[]>('SELECT UTC_TIMESTAMP(3) AS now');
  return utc(row?.now ?? '');
}

/** Raw rows have times as text, in UTC. */
export function utc(text: string): Date {
  return new Date(`${text.replace(' ', 'T')}Z`);
}
