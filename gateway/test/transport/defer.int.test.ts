import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Library, startLibrary } from '../library/start-library.ts';

let library: Library;
beforeAll(async () => {
  library = await startLibrary();
});
afterAll(() => library.close());

it.each([
  'multipart/mixed;deferSpec=20220824, application/graphql-response+json, application/json;q=0.9',
  'application/json',
])('what a client would take later it gets at once: %s', async (accept) => {
  const answer = await fetch(library.gateway.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept },
    body: JSON.stringify({ query: '{ book(id: "b1") { title ... @defer { rating } } }' }),
  });
  expect(answer.headers.get('content-type')).toMatch(/^application\/.*json/);
  expect(await answer.json()).toEqual({ data: { book: { title: 'Emma', rating: 5 } } });
});
