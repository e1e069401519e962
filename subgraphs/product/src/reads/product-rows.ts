import type { ProductInfo } from '../domain/product.ts';

/** The columns of a ProductInfo, from `products AS product`. */
export const productColumns = `product.id, product.name, product.description, product.price,
  product.category_id AS categoryId, product.discontinued, product.created_at AS createdAt`;

export interface ProductRow extends Omit<ProductInfo, 'discontinued' | 'createdAt'> {
  discontinued: 0 | 1;
  /** `2026-02-11 10:30:00.000`, in UTC. */
  createdAt: string;
}

export function productInfoFrom(row: ProductRow): ProductInfo {
  const { id, name, description, price, categoryId } = row;
  const createdAt = new Date(`${row.createdAt.replace(' ', 'T')}Z`);
  return { id, name, description, price, categoryId, discontinued: row.discontinued === 1, createdAt };
}
