import { connectionType, DateTimeScalar, MoneyType } from '@shop/subgraph-kit';
import { Directive, Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import type { ProductInfo } from '../domain/product.ts';
import { ProductStatus } from '../domain/stock.ts';

registerEnumType(ProductStatus, {
  name: 'ProductStatus',
  description: 'Whether a product can be had.',
  valuesConfig: {
    ON_SALE: { description: 'Some are available.' },
    SOLD_OUT: { description: 'None is available now.' },
    DISCONTINUED: { description: 'No longer sold; listed nowhere, but still found by its id.' },
  },
});

@ObjectType('Product', { description: 'Something the shop sells, or used to sell.' })
@Directive('@key(fields: "id")')
export class ProductType {
  @Field(() => ID, { description: 'UUIDv7.' })
  id!: string;

  @Field(() => String, { description: 'What it is called.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'More about it.' })
  description!: string | null;

  @Field(() => MoneyType, { description: 'What one unit costs now.' })
  price!: MoneyType;

  @Field(() => DateTimeScalar, { description: 'When it came into the catalogue.' })
  createdAt!: Date;

  // Not for clients as they are: the fields `category` and `status` are made from them.
  categoryId!: string | null;
  discontinued!: boolean;

  static from({ price, ...info }: ProductInfo): ProductType {
    const { id, name, description, createdAt, categoryId, discontinued } = info;
    const fields = { id, name, description, createdAt, categoryId, discontinued, price: MoneyType.won(price) };
    return Object.assign(new ProductType(), fields);
  }
}

export const ProductConnectionType = connectionType('Product', () => ProductType);
