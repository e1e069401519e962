import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import { BOOKS_SDL } from './books.ts';
import { REVIEWS_SDL } from './reviews.ts';

/** The supergraph of the test's subgraphs, or of what they have become. */
export function composeLibrary(
  urls: { books: string; reviews: string },
  sdl: { books?: string; reviews?: string } = {},
): string {
  const { supergraphSdl, errors } = composeServices([
    { name: 'books', url: urls.books, typeDefs: parse(sdl.books ?? BOOKS_SDL) },
    { name: 'reviews', url: urls.reviews, typeDefs: parse(sdl.reviews ?? REVIEWS_SDL) },
  ]);
  if (supergraphSdl === undefined) throw new AggregateError(errors ?? [], 'The library does not compose.');
  return supergraphSdl;
}
