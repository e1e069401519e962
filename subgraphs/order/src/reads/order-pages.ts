import type { EntityManager } from '@mikro-orm/mysql';
import type { Page } from '@shop/subgraph-kit';
import type { Order } from '../domain/order.ts';
import { loadOrders } from './stored-orders.ts';

/** A page of one user's orders, as JSON so that equal pages are equal keys: user, number of rows, id it comes after. */
export type PageOfUser = string;

export interface OrdersPage {
  key: PageOfUser;
  orders: Order[];
}

export function pageOfUser(userId: string, { limit, after }: Page): PageOfUser {
  return JSON.stringify([userId, limit, after?.[0] ?? null]);
}

/** Reads pages of any number of users in two statements; each page costs as many index entries as it has orders. */
export async function loadOrderPages(em: EntityManager, keys: readonly PageOfUser[]): Promise<OrdersPage[]> {
  const wanted = keys.map((key) => JSON.parse(key) as [userId: string, limit: number, after: string | null]);
  const rows = await em.execute<{ page: number; id: string }[]>(
    wanted
      .map(
        ([, , after], page) => `(SELECT ${page} AS page, id FROM orders
          WHERE user_id = ? AND user_errors IS NULL ${after === null ? '' : 'AND id < ?'} ORDER BY id DESC LIMIT ?)`,
      )
      .join(' UNION ALL '),
    wanted.flatMap(([userId, limit, after]) => (after === null ? [userId, limit] : [userId, after, limit])),
  );
  const found = rows.length === 0 ? [] : await loadOrders(em, [...new Set(rows.map(({ id }) => id))]);
  const byId = new Map(found.map((one) => [one.id, one]));
  return keys.map((key, page) => ({
    key,
    orders: rows
      .filter((row) => row.page === page)
      .flatMap(({ id }) => byId.get(id) ?? [])
      .sort((a, b) => (a.id < b.id ? 1 : -1)),
  }));
}
