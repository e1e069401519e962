import type { EntityManager } from '@mikro-orm/mysql';
import { type Connection, createLoader, type Loader, type ReadReplica } from '@shop/subgraph-kit';
import type { ProductInfo } from '../domain/product.ts';
import { orderBy, type ProductPage, productConnection, selectPage } from './product-page.ts';
import { type ProductRow, productInfoFrom } from './product-rows.ts';

export interface CategoryPage {
  categoryId: string;
  connection: Connection<ProductInfo>;
}

/** The same page of one category or of fifty, in one statement. */
export type CategoryPages = (page: ProductPage) => Loader<string, CategoryPage>;

/** One loader per different page that a request asks for. */
export function createCategoryPages(readReplica: ReadReplica): CategoryPages {
  const loaders = new Map<string, Loader<string, CategoryPage>>();
  return (page) => {
    const key = JSON.stringify(page);
    const loader =
      loaders.get(key) ??
      createLoader(
        (ids) => readReplica((em) => loadPages(em, ids, page)),
        (loaded) => loaded.categoryId,
      );
    loaders.set(key, loader);
    return loader;
  };
}

async function loadPages(
  em: EntityManager,
  categoryIds: readonly string[],
  page: ProductPage,
): Promise<CategoryPage[]> {
  // Each part reads its few rows off the index of its order; a window function would read whole categories.
  const parts = categoryIds.map((id) => selectPage(page, { sql: ['product.category_id = ?'], values: [id] }));
  const union = parts.map(({ sql }) => `(${sql})`).join(' UNION ALL ');
  const rows = await em.execute<ProductRow[]>(
    `${union} ORDER BY ${orderBy(page.sort)}`,
    parts.flatMap(({ values }) => values),
  );
  const byCategory = new Map<string, ProductInfo[]>(categoryIds.map((id) => [id, []]));
  for (const product of rows.map(productInfoFrom)) byCategory.get(product.categoryId ?? '')?.push(product);
  return [...byCategory].map(([categoryId, products]) => ({
    categoryId,
    connection: productConnection(products, page),
  }));
}
