import { buildSubgraph, type Subgraph } from '@shop/subgraph-kit';
import { CategoryResolver } from './category.resolver.ts';
import { ProductResolver } from './product.resolver.ts';
import { references } from './references.ts';

export function productSchema(): Promise<Subgraph> {
  return buildSubgraph({ resolvers: [CategoryResolver, ProductResolver], references });
}
