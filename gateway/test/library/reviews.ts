import type { Shelf } from './books.ts';

export const REVIEWS_SDL = /* GraphQL */ `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])

  type Book @key(fields: "id") { id: ID!, rating: Int, stars: Int! }
`;

export function reviewsResolvers({ ratings }: Shelf) {
  return {
    Book: {
      __resolveReference: ({ id }: { id: string }) => ({ id, rating: ratings.get(id), stars: ratings.get(id) }),
    },
  };
}
