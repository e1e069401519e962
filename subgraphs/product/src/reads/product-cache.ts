import { isId } from '@shop/kernel';
import { createReadThroughCache, type ReadThroughCache, type RedisConnection } from '@shop/redis';
import type { Logger, Metrics } from '@shop/service-kit';
import type { Database } from '@shop/subgraph-kit';
import { z } from 'zod';
import type { ProductInfo } from '../domain/product.ts';
import { type ProductRow, productColumns, productInfoFrom } from './product-rows.ts';

const cachedProduct = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string().nullable(),
  price: z.number(),
  categoryId: z.string().nullable(),
  discontinued: z.boolean(),
  createdAt: z.coerce.date(),
});

export type ProductCache = ReadThroughCache<ProductInfo>;

export interface ProductCacheOptions {
  database: Database;
  redis: RedisConnection;
  metrics: Metrics;
  log: Logger;
}

/** What products are, without their stock: a minute in this process, an hour in Redis, the truth in MySQL. */
export function createProductCache({ database, redis, metrics, log }: ProductCacheOptions): ProductCache {
  async function load(ids: string[]): Promise<Map<string, ProductInfo>> {
    const rows = await database
      .fork()
      .execute<ProductRow[]>(`SELECT ${productColumns} FROM products AS product WHERE product.id IN (?)`, [ids]);
    return new Map(rows.map((row) => [row.id, productInfoFrom(row)]));
  }

  return createReadThroughCache({
    name: 'product',
    redis,
    load,
    parse: (json) => cachedProduct.parse(json),
    localTtlMs: 60_000,
    redisTtlSeconds: 3_600,
    metrics,
    log,
  });
}

/** Products by id, in no order; what cannot be an id is not looked for. */
export async function productsByIds(cache: ProductCache, ids: readonly string[]): Promise<ProductInfo[]> {
  const possible = ids.filter(isId);
  return possible.length === 0 ? [] : [...(await cache.getMany(possible)).values()];
}
