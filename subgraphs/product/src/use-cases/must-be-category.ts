import type { EntityManager } from '@mikro-orm/mysql';
import { isId } from '@shop/kernel';
import { categoryNotFound } from '../domain/product.errors.ts';

/** Throws a Refusal when there is no such category. */
export async function mustBeCategory(em: EntityManager, id: string): Promise<void> {
  if (!isId(id)) throw categoryNotFound();
  const rows = await em.execute<unknown[]>('SELECT 1 FROM categories WHERE id = ?', [id]);
  if (rows.length === 0) throw categoryNotFound();
}
