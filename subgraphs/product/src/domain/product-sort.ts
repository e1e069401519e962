export const ProductSort = {
  NEWEST: 'NEWEST',
  PRICE_ASC: 'PRICE_ASC',
  PRICE_DESC: 'PRICE_DESC',
  NAME: 'NAME',
} as const;
export type ProductSort = keyof typeof ProductSort;
