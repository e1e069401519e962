import { LockMode } from '@mikro-orm/core';
import { BadUserInput, isId } from '@shop/kernel';
import { transactional } from '@shop/subgraph-kit';
import type { ProductContext } from '../context.ts';
import { productNotFound } from '../domain/product.errors.ts';
import { Product, type ProductChanges, type ProductInfo } from '../domain/product.ts';
import { descriptionOf, mustKeepRules } from '../domain/product-rules.ts';
import { mustBeCategory } from './must-be-category.ts';

/** Absent stays as it is; null clears what may be empty and is refused elsewhere. */
export interface ProductEdit {
  id: string;
  name?: string | null;
  description?: string | null;
  categoryId?: string | null;
  price?: number | null;
  discontinued?: boolean | null;
}

export async function updateProduct(ctx: ProductContext, { id, ...edit }: ProductEdit): Promise<ProductInfo> {
  ctx.viewer.mustBe('ADMIN');
  const changes = changesOf(edit);
  if (!isId(id)) throw productNotFound('id');
  const product = await transactional(ctx.em, async (em) => {
    // Locked, so that two admins who edit different fields both succeed and the caches see the last edit last.
    const found = await em.findOne(Product, id, { lockMode: LockMode.PESSIMISTIC_WRITE });
    if (found === null) throw productNotFound('id');
    if (changes.categoryId != null) await mustBeCategory(em, changes.categoryId);
    found.edit(changes);
    await em.flush();
    return found;
  });
  await ctx.productChanged(id);
  return product;
}

function changesOf({ name, description, categoryId, price, discontinued }: Omit<ProductEdit, 'id'>): ProductChanges {
  mustKeepRules({ ...(name !== undefined && { name }), ...(price !== undefined && { price }) });
  if (discontinued === null) throw new BadUserInput('discontinued', 'discontinued must be true or false.');
  return {
    ...(name != null && { name: name.trim() }),
    ...(description !== undefined && { description: descriptionOf(description) }),
    ...(categoryId !== undefined && { categoryId }),
    ...(price != null && { price }),
    ...(discontinued !== undefined && { discontinued }),
  };
}
