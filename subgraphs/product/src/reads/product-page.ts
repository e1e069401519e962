import { BadUserInput, isId } from '@shop/kernel';
import { type Connection, type CursorValues, connectionOf, type Page, pageOf } from '@shop/subgraph-kit';
import type { ProductInfo } from '../domain/product.ts';
import type { ProductSort } from '../domain/product-sort.ts';
import { productColumns } from './product-rows.ts';

export interface PageArguments {
  first?: number | null;
  after?: string | null;
  sort?: ProductSort | null;
}

/** A page of products in one of their orders. */
export interface ProductPage extends Page {
  sort: ProductSort;
}

/** Conditions on `products AS product`, joined with AND, and the values of their placeholders. */
export interface Conditions {
  sql: string[];
  values: unknown[];
}

interface Order {
  /** What the order goes by before the id, which makes it total. */
  column: 'price' | 'name' | null;
  direction: 'ASC' | 'DESC';
}

// Ids rise with the time they are made, so the newest have the highest.
const ORDERS: Record<ProductSort, Order> = {
  NEWEST: { column: null, direction: 'DESC' },
  PRICE_ASC: { column: 'price', direction: 'ASC' },
  PRICE_DESC: { column: 'price', direction: 'DESC' },
  NAME: { column: 'name', direction: 'ASC' },
};

/** Reads the arguments of a list of products. Throws BadUserInput for a size or a cursor that cannot be. */
export function productPageOf(args: PageArguments): ProductPage {
  const sort = args.sort ?? 'NEWEST';
  const { column } = ORDERS[sort];
  const page = pageOf(args, { order: sort, length: column === null ? 1 : 2 });
  if (page.after !== null && !isCursor(page.after, column)) {
    throw new BadUserInput('after', 'after is not a cursor of this list.');
  }
  return { ...page, sort };
}

function isCursor(values: CursorValues, column: Order['column']): boolean {
  const id = values.at(-1);
  if (typeof id !== 'string' || !isId(id)) return false;
  return column === null || typeof values[0] === (column === 'price' ? 'number' : 'string');
}

/** The products of a page and one more, from those that can still be bought and meet the conditions. */
export function selectPage(page: ProductPage, conditions: Conditions): { sql: string; values: unknown[] } {
  const after = afterCursor(page);
  const where = ['NOT product.discontinued', ...conditions.sql, ...after.sql].join(' AND ');
  return {
    sql: `SELECT ${productColumns} FROM products AS product
      WHERE ${where} ORDER BY ${orderBy(page.sort, 'product.')} LIMIT ${page.limit}`,
    values: [...conditions.values, ...after.values],
  };
}

export function orderBy(sort: ProductSort, table = ''): string {
  const { column, direction } = ORDERS[sort];
  const id = `${table}id ${direction}`;
  return column === null ? id : `${table}${column} ${direction}, ${id}`;
}

// Written out rather than as a comparison of rows, `(price, id) > (?, ?)`, for which MySQL uses no index.
function afterCursor({ sort, after }: ProductPage): Conditions {
  if (after === null) return { sql: [], values: [] };
  const { column, direction } = ORDERS[sort];
  const beyond = direction === 'ASC' ? '>' : '<';
  if (column === null) return { sql: [`product.id ${beyond} ?`], values: [...after] };
  const [value, id] = after;
  return {
    sql: [`product.${column} ${beyond}= ?`, `(product.${column} ${beyond} ? OR product.id ${beyond} ?)`],
    values: [value, value, id],
  };
}

export function productConnection(rows: readonly ProductInfo[], page: ProductPage): Connection<ProductInfo> {
  const { column } = ORDERS[page.sort];
  return connectionOf(rows, page, {
    order: page.sort,
    valuesOf: (product) => (column === null ? [product.id] : [product[column], product.id]),
  });
}
