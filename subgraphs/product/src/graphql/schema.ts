import { buildSubgraph, type Subgraph } from '@shop/subgraph-kit';
import type { ProductContext } from '../context.ts';
import { CategoryResolver } from './category.resolver.ts';
import { CategoryType } from './category.type.ts';
import { ProductResolver } from './product.resolver.ts';
import { ProductType } from './product.type.ts';

export function productSchema(): Promise<Subgraph> {
  return buildSubgraph<ProductContext>({
    resolvers: [CategoryResolver, ProductResolver],
    references: {
      Product: async ({ id }, { loaders }) => {
        const product = await loaders.products.load(id);
        return product && ProductType.from(product);
      },
      Category: async ({ id }, { loaders }) => {
        const category = await loaders.categories.load(id);
        return category && CategoryType.from(category);
      },
    },
  });
}
