import { type Connection, connectionType } from '@shop/subgraph-kit';
import type { ProductInfo } from '../domain/product.ts';
import { ProductType } from './product.type.ts';

export const ProductConnectionType = connectionType('Product', () => ProductType);

export function productConnectionFrom({ edges, pageInfo }: Connection<ProductInfo>): Connection<ProductType> {
  const wrapped = edges.map(({ cursor, node }) => ({ cursor, node: ProductType.from(node) }));
  return { edges: wrapped, nodes: wrapped.map(({ node }) => node), pageInfo };
}
