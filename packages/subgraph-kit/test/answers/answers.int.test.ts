import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { REQUESTS } from './requests.ts';
import { startLibrary } from './start-library.ts';

// The contract with gateways: what Apollo Server 5.5.1 answered to each request when subgraphs ran on it, but for what
// differs on purpose (docs/adr/0026): hashes in place of texts, what cannot be accepted, and the words of a few refusals.
const recorded = JSON.parse(await readFile(new URL('recorded-answers.json', import.meta.url), 'utf8'));

let library: Awaited<ReturnType<typeof startLibrary>>;
beforeAll(async () => {
  library = await startLibrary();
});
afterAll(() => library.close());

it.each(Object.entries(REQUESTS))('answers as ever: %s', async (name, request) => {
  expect(await library.send(request)).toEqual(recorded[name]);
});

it('has an answer on record for every request, and no others', () => {
  expect(Object.keys(recorded)).toEqual(Object.keys(REQUESTS));
});
