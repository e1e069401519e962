import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '@shop/service-kit';
import { type GraphqlClient, graphqlClient } from '@shop/testkit';
import { gatewaySettings, type RunningGateway, startGateway } from '../../src/index.ts';
import { BOOKS_SDL, booksResolvers, type Shelf } from './books.ts';
import { composeLibrary } from './compose-library.ts';
import { REVIEWS_SDL, reviewsResolvers } from './reviews.ts';
import { type RunningSubgraph, startSubgraph } from './start-subgraph.ts';

/** A gateway over two subgraphs of a test's own. */
export interface Library {
  shelf: Shelf;
  books: RunningSubgraph;
  reviews: RunningSubgraph;
  gateway: RunningGateway;
  supergraphPath: string;
  client(token?: string): GraphqlClient;
  close(): Promise<void>;
}

export async function startLibrary(settings: Record<string, string> = {}): Promise<Library> {
  const shelf: Shelf = {
    titles: new Map([
      ['b1', 'Emma'],
      ['b2', 'Ulysses'],
      ['b3', 'Walden'],
    ]),
    returnedAt: new Map(),
    ratings: new Map([
      ['b1', 5],
      ['b2', 3],
    ]),
  };
  const books = await startSubgraph(BOOKS_SDL, booksResolvers(shelf));
  const reviews = await startSubgraph(REVIEWS_SDL, reviewsResolvers(shelf));
  const dir = await mkdtemp(join(tmpdir(), 'gateway-'));
  const supergraphPath = join(dir, 'supergraph.graphql');
  await writeFile(supergraphPath, composeLibrary({ books: books.url, reviews: reviews.url }));
  const env = { SUPERGRAPH_PATH: supergraphPath, PORT: '0', LOG_LEVEL: process.env.LOG_LEVEL ?? 'silent', ...settings };
  const gateway = await startGateway(loadConfig(gatewaySettings, env));

  return {
    shelf,
    books,
    reviews,
    gateway,
    supergraphPath,
    client: (token) => graphqlClient(gateway.url, token === undefined ? {} : { token }),
    async close() {
      await gateway.close();
      await Promise.all([books.close(), reviews.close()]);
      await rm(dir, { recursive: true });
    },
  };
}
