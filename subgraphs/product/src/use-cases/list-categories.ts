import type { ProductContext } from '../context.ts';
import type { Category } from '../domain/category.ts';

/** All shelves of the shop; there are as many as an admin has made by hand. */
export function listCategories({ readReplica }: Pick<ProductContext, 'readReplica'>): Promise<Category[]> {
  return readReplica((em) => em.execute<Category[]>('SELECT id, name FROM categories ORDER BY name, id'));
}
