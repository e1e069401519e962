/** One operation under measurement. */
export interface Operation {
  name: string;
  /** The request's body, built beforehand. */
  body: string;
  /** What our gateway may use: CPU seconds per 1,000 requests. */
  target: number;
}

const operation = (name: string, target: number, query: string): Operation => ({
  name,
  target,
  body: JSON.stringify({ query: query.trim().replace(/\n {4}/g, '\n') }),
});

export const operations: readonly Operation[] = [
  operation('small', 0.08, 'query Small { me { name } }'),
  operation(
    'two-hops',
    0.15,
    'query TwoHops { topProducts(first: 9) { upc name price weight reviews { id body author { username } } } }',
  ),
  operation(
    'deep',
    0.9,
    `
    fragment Person on User { id username name }
    fragment Opinion on Review { id body }
    fragment Goods on Product { inStock name price shippingEstimate upc weight }
    query Deep {
      users {
        ...Person
        reviews {
          ...Opinion
          product {
            ...Goods
            reviews { ...Opinion author { ...Person reviews { ...Opinion product { ...Goods } } } }
          }
        }
      }
      topProducts(first: 5) {
        ...Goods
        reviews { ...Opinion author { ...Person reviews { ...Opinion product { ...Goods } } } }
      }
    }`,
  ),
];
