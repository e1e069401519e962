import type { EntityManager } from '@mikro-orm/mysql';
import { BadUserInput, isId } from '@shop/kernel';
import type { Connection } from '@shop/subgraph-kit';
import type { ProductContext } from '../context.ts';
import type { ProductInfo } from '../domain/product.ts';
import { searchQueryOf } from '../domain/search-terms.ts';
import {
  type Conditions,
  type PageArguments,
  productConnection,
  productPageOf,
  selectPage,
} from '../reads/product-page.ts';
import { type ProductRow, productInfoFrom } from '../reads/product-rows.ts';

const SEARCH_MAX = 200;

export interface ProductFilter {
  search?: string | null;
  categoryId?: string | null;
  minPrice?: number | null;
  maxPrice?: number | null;
  inStock?: boolean | null;
}

/** What can be bought, in the chosen order; a discontinued product is only found by its id. */
export async function listProducts(
  { em, readReplica }: Pick<ProductContext, 'em' | 'readReplica'>,
  { filter, ...args }: PageArguments & { filter?: ProductFilter | null },
): Promise<Connection<ProductInfo>> {
  const page = productPageOf(args);
  const conditions = conditionsOf(filter ?? {});
  if (conditions === null) return productConnection([], page);
  const { sql, values } = selectPage(page, conditions);
  const select = (from: EntityManager) => from.execute<ProductRow[]>(sql, values);
  // Stock is never read from a replica, not even to choose by it.
  const rows = await (filter?.inStock == null ? readReplica(select) : select(em));
  return productConnection(rows.map(productInfoFrom), page);
}

/** Null when nothing can meet the filter. */
function conditionsOf({ search, categoryId, minPrice, maxPrice, inStock }: ProductFilter): Conditions | null {
  mustBePrice('minPrice', minPrice);
  mustBePrice('maxPrice', maxPrice);
  mustBeSearch(search);
  const conditions: Conditions = { sql: [], values: [] };
  const add = (sql: string, ...values: unknown[]): void => {
    conditions.sql.push(sql);
    conditions.values.push(...values);
  };

  // A search field that was cleared asks for nothing in particular; one with only signs in it finds nothing.
  if (search != null && search.trim() !== '') {
    const query = searchQueryOf(search);
    if (query === null) return null;
    add('MATCH (product.search_terms) AGAINST (? IN BOOLEAN MODE)', query);
  }
  if (categoryId != null) {
    if (!isId(categoryId)) return null;
    add('product.category_id = ?', categoryId);
  }
  if (minPrice != null) add('product.price >= ?', minPrice);
  if (maxPrice != null) add('product.price <= ?', maxPrice);
  if (inStock != null) {
    const some = 'EXISTS (SELECT 1 FROM stock WHERE stock.product_id = product.id AND stock.held < stock.on_hand)';
    add(inStock ? some : `NOT ${some}`);
  }
  return conditions;
}

function mustBePrice(field: string, price: number | null | undefined): void {
  if (price != null && price < 0) throw new BadUserInput(`filter.${field}`, `filter.${field} must not be negative.`);
}

function mustBeSearch(search: string | null | undefined): void {
  if (search != null && search.length > SEARCH_MAX) {
    throw new BadUserInput('filter.search', `filter.search must have at most ${SEARCH_MAX} characters.`);
  }
}
