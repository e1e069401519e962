import { MoneyType } from '@shop/subgraph-kit';
import { Field, Int, ObjectType } from 'type-graphql';
import type { OrderLine } from '../domain/order-line.ts';
import { lineTotalOf } from '../domain/price.ts';
import { ProductType } from './product.type.ts';

@ObjectType('OrderLine', { description: 'So many of one product; name and price are frozen at the time of the order.' })
export class OrderLineType {
  @Field(() => ProductType, { nullable: true, description: 'The product as it is now; null when it is gone.' })
  product!: ProductType | null;

  @Field(() => String, { description: 'What it was called.' })
  productName!: string;

  @Field(() => Int, { description: 'How many.' })
  quantity!: number;

  @Field(() => MoneyType, { description: 'What one cost.' })
  unitPrice!: MoneyType;

  @Field(() => MoneyType, { description: 'What all of the line cost.' })
  lineTotal!: MoneyType;

  static from(line: OrderLine): OrderLineType {
    return Object.assign(new OrderLineType(), {
      product: ProductType.of(line.productId),
      productName: line.productName,
      quantity: line.quantity,
      unitPrice: MoneyType.won(line.unitPrice),
      lineTotal: MoneyType.won(lineTotalOf(line)),
    });
  }
}
