import { UserErrorType } from '@shop/subgraph-kit';
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import type { ProductInputErrorCode } from '../domain/product.errors.ts';
import type { AdjustStockErrorCode } from '../domain/stock-adjustment.ts';
import { ProductType } from './product.type.ts';

const ProductInputErrorCodes = {
  CATEGORY_NOT_FOUND: 'CATEGORY_NOT_FOUND',
  NAME_INVALID: 'NAME_INVALID',
  PRICE_INVALID: 'PRICE_INVALID',
  STOCK_INVALID: 'STOCK_INVALID',
  PRODUCT_NOT_FOUND: 'PRODUCT_NOT_FOUND',
} as const satisfies { [Code in ProductInputErrorCode]: Code };
registerEnumType(ProductInputErrorCodes, {
  name: 'ProductInputErrorCode',
  description: 'What may be wrong with the description of a product or a category.',
});

const AdjustStockErrorCodes = {
  PRODUCT_NOT_FOUND: 'PRODUCT_NOT_FOUND',
  STOCK_CHANGED: 'STOCK_CHANGED',
  BELOW_HELD: 'BELOW_HELD',
} as const satisfies { [Code in AdjustStockErrorCode]: Code };
registerEnumType(AdjustStockErrorCodes, {
  name: 'AdjustStockErrorCode',
  description: 'Why stock was not adjusted.',
  valuesConfig: {
    STOCK_CHANGED: { description: 'expectedOnHand is no longer true.' },
    BELOW_HELD: { description: 'Less would be on hand than is held for orders.' },
  },
});

@ObjectType({
  implements: UserErrorType,
  description: 'Something wrong with the description of a product or a category.',
})
export class ProductInputError extends UserErrorType {
  @Field(() => ProductInputErrorCodes, { description: 'What is wrong.' })
  code!: ProductInputErrorCode;
}

@ObjectType({ implements: UserErrorType, description: 'Why stock was not adjusted.' })
export class AdjustStockError extends UserErrorType {
  @Field(() => AdjustStockErrorCodes, { description: 'What stands in the way.' })
  code!: AdjustStockErrorCode;
}

@ObjectType({ description: 'The new product, or what is wrong with it.' })
export class CreateProductPayload {
  @Field(() => ProductType, { nullable: true, description: 'The new product.' })
  product?: ProductType;

  @Field(() => [ProductInputError], { description: 'Empty when it was created.' })
  userErrors!: ProductInputError[];
}

@ObjectType({ description: 'The edited product, or what is wrong with the edit.' })
export class UpdateProductPayload {
  @Field(() => ProductType, { nullable: true, description: 'The product as it is now.' })
  product?: ProductType;

  @Field(() => [ProductInputError], { description: 'Empty when it was edited.' })
  userErrors!: ProductInputError[];
}

@ObjectType({ description: 'The product with its stock as it is now, or why it was not adjusted.' })
export class AdjustStockPayload {
  @Field(() => ProductType, { nullable: true, description: 'The product with its stock as it is now.' })
  product?: ProductType;

  @Field(() => [AdjustStockError], { description: 'Empty when it was adjusted.' })
  userErrors!: AdjustStockError[];
}
