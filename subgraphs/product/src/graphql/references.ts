import type { ReferenceResolver } from '@shop/subgraph-kit';
import type { ProductContext } from '../context.ts';
import type { Stock } from '../domain/stock.ts';
import { CategoryType } from './category.type.ts';
import { ProductType } from './product.type.ts';

const nothing: Stock = { onHand: 0, held: 0 };

/** A product by its id, for queries and for the other subgraphs: a hundred at once cost what one costs. */
export async function productById({ id }: { id: string }, { loaders }: ProductContext): Promise<ProductType | null> {
  const product = await loaders.products.load(id);
  return product && ProductType.from(product);
}

export async function stockOf(productId: string, { loaders }: ProductContext): Promise<Stock> {
  return (await loaders.stock.load(productId)) ?? nothing;
}

async function categoryById({ id }: { id: string }, { loaders }: ProductContext): Promise<CategoryType | null> {
  const category = await loaders.categories.load(id);
  return category && CategoryType.from(category);
}

export const references: Record<string, ReferenceResolver<ProductContext>> = {
  Product: productById,
  Category: categoryById,
};
