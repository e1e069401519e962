import type { EntityManager } from '@mikro-orm/mysql';
import { isId } from '@shop/kernel';
import { createLoader, type Loader, type ReadReplica } from '@shop/subgraph-kit';
import type { Category } from '../domain/category.ts';
import type { ProductInfo } from '../domain/product.ts';
import { type CategoryPages, createCategoryPages } from './category-pages.ts';
import { type ProductCache, productsByIds } from './product-cache.ts';
import { type ProductStock, stockByProduct } from './stock-by-product.ts';

/** How one request reads the catalogue: whatever it asks for many times costs one statement. */
export interface Loaders {
  products: Loader<string, ProductInfo>;
  stock: Loader<string, ProductStock>;
  categories: Loader<string, Category>;
  categoryPages: CategoryPages;
}

/** Where one request reads. */
export interface LoaderSources {
  readonly em: EntityManager;
  readonly readReplica: ReadReplica;
}

// By id from the primary: who follows a reference must not find nothing there.
export function createLoaders(unit: LoaderSources, cache: ProductCache): Loaders {
  return {
    products: createLoader(
      (ids) => productsByIds(cache, ids),
      (product) => product.id,
    ),
    stock: createLoader(
      (ids) => stockByProduct(unit.em, ids),
      (stock) => stock.productId,
    ),
    categories: createLoader(
      (ids) => categoriesByIds(unit.em, ids),
      (category) => category.id,
    ),
    categoryPages: createCategoryPages((query) => unit.readReplica(query)),
  };
}

async function categoriesByIds(em: EntityManager, ids: readonly string[]): Promise<Category[]> {
  const possible = ids.filter(isId);
  if (possible.length === 0) return [];
  return em.execute<Category[]>('SELECT id, name FROM categories WHERE id IN (?)', [possible]);
}
