import { newId } from '@shop/kernel';
import { transactional } from '@shop/subgraph-kit';
import type { ProductContext } from '../context.ts';
import { Product, type ProductInfo } from '../domain/product.ts';
import { descriptionOf, mustKeepRules } from '../domain/product-rules.ts';
import { mustBeCategory } from './must-be-category.ts';

export interface NewProduct {
  name: string;
  description?: string | null;
  categoryId?: string | null;
  price: number;
  stock: number;
}

export async function createProduct(ctx: ProductContext, input: NewProduct): Promise<ProductInfo> {
  ctx.viewer.mustBe('ADMIN');
  mustKeepRules(input);
  const product = new Product({
    id: newId(),
    name: input.name.trim(),
    description: descriptionOf(input.description),
    price: input.price,
    categoryId: input.categoryId ?? null,
    createdAt: ctx.clock.now(),
  });
  await transactional(ctx.em, async (em) => {
    if (product.categoryId !== null) await mustBeCategory(em, product.categoryId);
    await em.persist(product).flush();
    await em.execute('INSERT INTO stock (product_id, on_hand) VALUES (?, ?)', [product.id, input.stock]);
  });
  return product;
}
