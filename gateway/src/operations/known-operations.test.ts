import { expect, it } from '@jest/globals';
import { loadConfig } from '@shop/service-kit';
import { composeLibrary } from '../../test/library/compose-library.ts';
import { gatewaySettings } from '../config.ts';
import { guardedOperation } from '../guards/guarded-operation.ts';
import { readSupergraph } from '../supergraph/supergraph.ts';
import { createKnownOperations, type KnowOperation } from './known-operations.ts';

const supergraph = readSupergraph(composeLibrary({ books: 'http://books.test', reviews: 'http://reviews.test' }));
const queries = Array.from({ length: 10 }, (_, i) => `{ b${i}: books { title } }`);

function knowing(bytes: number): KnowOperation {
  const env = { SUPERGRAPH_PATH: 'supergraph.graphql', KNOWN_OPERATIONS_BYTES: String(bytes) };
  const { knownOperationsBytes: maxBytes } = loadConfig(gatewaySettings, env);
  const prepare: Parameters<typeof createKnownOperations>[0]['door']['prepare'] = (schema, document, operation) =>
    guardedOperation(schema, document, operation, 10);
  return createKnownOperations({ door: { prepare }, maxBytes, recorder: null });
}

it.each([
  [1_000_000, 10],
  [5_000, 3],
  [0, 0],
])('keeps what KNOWN_OPERATIONS_BYTES=%i has room for, the last ones', (bytes, kept) => {
  const know = knowing(bytes);
  const first = queries.map((query) => know(supergraph, query, undefined));
  // From the last to the first, so that none is pushed out before it is looked for.
  const again = queries.toReversed().map((query) => know(supergraph, query, undefined));
  const same = again.filter((known, i) => known === first[queries.length - 1 - i]);
  expect(same).toEqual(again.slice(0, kept));
});
