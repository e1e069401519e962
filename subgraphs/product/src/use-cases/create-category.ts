import { newId } from '@shop/kernel';
import type { ProductContext } from '../context.ts';
import { Category } from '../domain/category.ts';
import { mustKeepRules } from '../domain/product-rules.ts';

export async function createCategory(ctx: ProductContext, { name }: { name: string }): Promise<Category> {
  ctx.viewer.mustBe('ADMIN');
  mustKeepRules({ name });
  const category = new Category({ id: newId(), name: name.trim() });
  await ctx.em.persist(category).flush();
  return category;
}
