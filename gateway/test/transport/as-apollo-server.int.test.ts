import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readSupergraph } from '../../src/supergraph/supergraph.ts';
import { type Library, startLibrary } from '../library/start-library.ts';
import { COMPARED_HEADERS, type ReceivedAnswer, type SentRequest, startApolloServer } from './apollo-server.ts';

let library: Library;
let apollo: Awaited<ReturnType<typeof startApolloServer>>;
beforeAll(async () => {
  library = await startLibrary();
  const { apiSchema } = readSupergraph(await readFile(library.supergraphPath, 'utf8'));
  apollo = await startApolloServer(apiSchema, { book: () => ({ id: 'b1', title: 'Emma' }) });
});
afterAll(async () => {
  await apollo.close();
  await library.close();
});

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const BOOK = '{ book(id: "b1") { title } }';
const WITH_VARIABLES = 'query One($id: ID!) { book(id: $id) { title } }';
const TWO = 'query A { book(id: "b1") { id } } query B { book(id: "b1") { title } }';
const persistedQuery = (sha256Hash: string, version = 1) => ({ persistedQuery: { version, sha256Hash } });
const json = { 'content-type': 'application/json' };
const post = (body: unknown, headers: Record<string, string> = {}): SentRequest => ({
  method: 'POST',
  headers: { ...json, ...headers },
  body,
});
const get = (params: Record<string, string> | [string, string][], headers: Record<string, string> = {}) => ({
  method: 'GET' as const,
  headers: { 'apollo-require-preflight': '1', ...headers },
  search: `?${new URLSearchParams(params)}`,
});

const REQUESTS: Record<string, SentRequest> = {
  'a query': post({ query: BOOK }),
  'a query with nulls beside it': post({ query: BOOK, operationName: null, variables: null, extensions: null }),
  'a query with variables': post({ query: WITH_VARIABLES, variables: { id: 'b1' } }),
  'one of two operations': post({ query: TWO, operationName: 'B' }),
  'the root’s type': post({ query: '{ __typename }' }),
  'an extension nobody knows': post({ query: BOOK, extensions: { mine: 1 } }),
  'the shape of a type': post({ query: '{ __type(name: "Book") { kind name fields { name } } }' }),
  'two operations and no name': post({ query: TWO }),
  'a name there is not': post({ query: TWO, operationName: 'C' }),
  'a syntax error': post({ query: '{ book' }),
  'an empty document': post({ query: '# nothing' }),
  'a field there is not': post({ query: '{ nonsense book(id: "b1") { titel } }' }),
  'a literal of the wrong type': post({ query: '{ slow(ms: "soon") }' }),
  'a variable of the wrong type': post({ query: 'query ($ms: Int!) { slow(ms: $ms) }', variables: { ms: 'soon' } }),
  'a variable too few': post({ query: WITH_VARIABLES }),
  'no query': post({ variables: {} }),
  'an empty query': post({ query: '' }),
  'an empty body': post({}),
  'a list without anything': post([]),
  'a list of operations': post([{ query: BOOK }]),
  'a query that is an object': post({ query: { kind: 'Field' } }),
  'variables in a string': post({ query: BOOK, variables: '{}' }),
  'variables in a list': post({ query: BOOK, variables: [] }),
  'extensions in a string': post({ query: BOOK, extensions: '{}' }),
  'extensions that are a number': post({ query: BOOK, extensions: 7 }),
  'a name that is a number': post({ query: BOOK, operationName: 7 }),
  'a GET': get({ query: BOOK }),
  'a GET with variables': get({ query: WITH_VARIABLES, variables: '{"id":"b1"}', operationName: 'One' }),
  'a mutation over GET': get({ query: 'mutation { lend(bookId: "b2") }' }),
  'a GET with a syntax error': get({ query: '{' }),
  'a GET without anything': get({}),
  'a GET with variables that are no JSON': get({ query: BOOK, variables: '{' }),
  'a GET with variables that are no object': get({ query: BOOK, variables: '[]' }),
  'a GET with extensions that are no JSON': get({ query: BOOK, extensions: 'x' }),
  'a GET with two queries': get([
    ['query', BOOK],
    ['query', TWO],
  ]),
  'a hash nobody knows': post({ extensions: persistedQuery(sha256('unknown')) }),
  'a hash nobody knows, over GET': get({ extensions: JSON.stringify(persistedQuery(sha256('unknown'))) }),
  'a hash with its text': post({ query: BOOK, extensions: persistedQuery(sha256(BOOK)) }),
  'a hash that is known by now': post({ extensions: persistedQuery(sha256(BOOK)) }),
  'a hash that is known by now, over GET': get({ extensions: JSON.stringify(persistedQuery(sha256(BOOK))) }),
};

const ACCEPTS = [
  undefined,
  '*/*',
  'application/json',
  'application/graphql-response+json',
  'application/graphql-response+json, application/json;q=0.9',
  'application/json, application/graphql-response+json',
  'application/*;q=0.5, application/graphql-response+json;q=0.1',
  'multipart/mixed;deferSpec=20220824, application/graphql-response+json, application/json',
];

describe.each(ACCEPTS)('to a client that accepts %s', (accept) => {
  it.each(Object.entries(REQUESTS))('the answer is that of Apollo Server: %s', async (_, request) => {
    const sent = { ...request, headers: { ...request.headers, ...(accept !== undefined && { accept }) } };
    expect(await ours(sent)).toEqual(await apollo.answer(sent));
  });
});

// Apollo Server gives these errors no code, so they would be masked.
it.each([
  ['provided sha does not match query', persistedQuery(sha256('other'))],
  ['Unsupported persisted query version', persistedQuery(sha256(BOOK), 2)],
])('but a client is told: %s', async (message, extensions) => {
  const sent = post({ query: BOOK, extensions });
  const { status, headers } = await apollo.answer(sent);
  const body = { errors: [{ message, extensions: { code: 'BAD_USER_INPUT' } }] };
  expect(await ours(sent)).toEqual({ status, headers, body });
});

async function ours({ method, headers, body, search = '' }: SentRequest): Promise<ReceivedAnswer> {
  const answer = await fetch(library.gateway.url + search, {
    method,
    headers,
    ...(method === 'POST' && { body: JSON.stringify(body) }),
  });
  return {
    status: answer.status,
    headers: Object.fromEntries(COMPARED_HEADERS.map((name) => [name, answer.headers.get(name)])),
    body: await answer.json(),
  };
}
