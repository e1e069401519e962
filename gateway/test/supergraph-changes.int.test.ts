import { readFile, rename, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@shop/testkit';
import { metricOf } from './library/metrics.ts';
import { type Library, startLibrary } from './library/start-library.ts';
import { edition } from './library/supergraph-server.ts';

let library: Library;
let sdl: string;
beforeEach(async () => {
  library = await startLibrary({ WARM_OPERATIONS: '40' });
  sdl = await readFile(library.supergraphPath, 'utf8');
});
afterEach(() => library.close());

const patience = { timeoutMs: 20_000 };
const readyz = async () => (await fetch(library.gateway.url.replace('/graphql', '/readyz'))).json();

const metric = (pattern: RegExp) => metricOf(library.gateway, pattern);

const loads = (outcome: string) => metric(new RegExp(`^gateway_supergraph_loads_total\\{.*outcome="${outcome}"`));

/** Whole or not at all, as careful tools write. */
async function replaceFile(text: string): Promise<void> {
  const path = `${library.supergraphPath}.new`;
  await writeFile(path, text);
  await rename(path, library.supergraphPath);
}

async function servedEdition(): Promise<unknown> {
  const { data } = await library.client().query('{ __type(name: "Notice") { description } }');
  return (data as { __type: { description: string | null } }).__type.description;
}

const switchedTo = (name: string | number) =>
  eventually(async () => expect(await servedEdition()).toBe(`edition ${name}`), patience);

async function switchTo(name: string | number): Promise<void> {
  await replaceFile(edition(sdl, name));
  await switchedTo(name);
}

it('goes on with the old one when the new one is refused, and says so once for each content', async () => {
  await replaceFile(sdl.replaceAll('@join__field(graph: BOOKS)', '@join__field(graph: NOWHERE)'));
  await eventually(async () => expect(await loads('refused')).toBe(1), patience);
  await replaceFile('type Query {');
  await eventually(async () => expect(await loads('refused')).toBe(2), patience);
  expect(await readyz()).toMatchObject({
    ready: true,
    degraded: { supergraph: expect.stringMatching(/supergraph\.graphql: the newest is no supergraph .* Syntax Error/) },
  });
  await replaceFile('type Query {');
  await switchTo('good');
  expect(await loads('refused')).toBe(2);
  expect(await readyz()).toMatchObject({ degraded: {} });
});

it('refuses one whose subgraph has no address, and one whose event stream could never work', async () => {
  await replaceFile(sdl.replaceAll(library.reviews.url, ''));
  await eventually(
    async () =>
      expect(await readyz()).toMatchObject({
        degraded: { supergraph: expect.stringMatching(/no address .* reviews/) },
      }),
    patience,
  );
  await replaceFile(sdl.replace('book.lent.{args.bookId}', 'book.lent.{args.nobody}'));
  await eventually(
    async () =>
      expect(await readyz()).toMatchObject({
        degraded: { supergraph: expect.stringMatching(/@eventStream .* cannot be used. It has no argument "nobody"/) },
      }),
    patience,
  );
  expect((await library.client().query('{ book(id: "b1") { title } }')).data).toEqual({ book: { title: 'Emma' } });
});

it('takes a change back without loading anything', async () => {
  await replaceFile('type Query {');
  await eventually(async () => expect(await loads('refused')).toBe(1), patience);
  await replaceFile(sdl);
  await eventually(async () => expect(await readyz()).toMatchObject({ degraded: {} }), patience);
  expect(await loads('loaded')).toBe(1);
});

it('reads a file only when its writer has done', async () => {
  const next = edition(sdl, 'whole');
  await writeFile(library.supergraphPath, next.slice(0, next.length / 2));
  await eventually(async () => expect(await loads('refused')).toBe(1), patience);
  await writeFile(library.supergraphPath, next);
  await switchedTo('whole');
  expect(await readyz()).toMatchObject({ degraded: {} });
});

it('serves the latest of changes that come while one is loaded', async () => {
  for (let i = 1; i <= 5; i += 1) await replaceFile(edition(sdl, i));
  await switchedTo(5);
  expect(await loads('loaded')).toBeLessThan(6);
  expect(await metric(/^gateway_supergraph_info\{/)).toBe(1);
});

it('tells clients that an operation is not valid any more', async () => {
  const query = '{ books(first: 1) { title stars } }';
  expect((await library.client().query(query)).errors?.[0]?.extensions?.code).not.toBe('GRAPHQL_VALIDATION_FAILED');
  await replaceFile(edition(sdl, 'less').replace(/\n {2}stars: Int! @join__field\(graph: REVIEWS\)/, ''));
  await switchedTo('less');
  const { errors } = await library.client().query(query);
  expect(errors).toMatchObject([
    { message: expect.stringContaining('"stars"'), extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
  ]);
  expect((await library.client().query('{ books(first: 1) { title rating } }')).data).toEqual({
    books: [{ title: 'Emma', rating: 5 }],
  });
});

describe('right after a switch', () => {
  const misses = () => metric(/^gateway_plan_cache_lookups_total\{.*outcome="(miss|joined)"/);

  it('knows the operations that came last', async () => {
    const queries = Array.from({ length: 30 }, (_, i) => `{ books(first: ${i}) { title rating } }`);
    for (const query of queries) await library.client().query(query);
    await switchTo('warm');
    const before = await misses();
    for (const query of queries) await library.client().query(query);
    expect(await misses()).toBe(before);
  });
});

it('finishes what the old one began, with the old one', async () => {
  const slow = library.client().query('{ slow(ms: 6000) books(first: 1) { rating } }');
  await eventually(() => expect(library.books.requests.length).toBeGreaterThan(0));
  await switchTo('next');
  expect(await metric(/^gateway_supergraphs_draining/)).toBe(1);
  expect((await slow).data).toEqual({ slow: 'done', books: [{ rating: 5 }] });
  await eventually(async () => expect(await metric(/^gateway_supergraphs_draining/)).toBe(0));
});
