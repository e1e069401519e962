import { Refusal, type UserError } from '@shop/kernel';

export type ProductInputErrorCode =
  | 'CATEGORY_NOT_FOUND'
  | 'NAME_INVALID'
  | 'PRICE_INVALID'
  | 'STOCK_INVALID'
  | 'PRODUCT_NOT_FOUND';

export type ProductInputError = UserError<ProductInputErrorCode>;

export function categoryNotFound(): Refusal<ProductInputErrorCode> {
  return new Refusal({
    code: 'CATEGORY_NOT_FOUND',
    message: 'There is no such category.',
    path: ['input', 'categoryId'],
  });
}

export function productNotFound(field: string): Refusal<'PRODUCT_NOT_FOUND'> {
  return new Refusal({ code: 'PRODUCT_NOT_FOUND', message: 'There is no such product.', path: ['input', field] });
}
