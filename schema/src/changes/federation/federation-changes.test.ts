import { describe, expect, it } from '@jest/globals';
import type { Subgraph } from '../../repository.ts';
import { federationChanges, supergraphChanges } from './federation-changes.ts';

const LINK =
  '@link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", { name: "@shareable", as: "@shared" }])';
const BOOKS = `extend schema ${LINK}
type Book @key(fields: "id") { id: ID! title: String pages: Int }
type Money @shared { amount: Int }
type Query { books(first: Int): [Book] }
type Subscription { sold: Book }
`;
const SHELVES = `extend schema ${LINK}
type Book @key(fields: "id") { id: ID! shelf: Shelf rank: Int }
type Shelf { label: String }
type Money @shared { amount: Int }
`;

function subgraphs(books: string, shelves = SHELVES): Subgraph[] {
  return Object.entries({ books, shelves }).map(([name, sdl]) => ({
    name,
    url: `http://${name}`,
    sdl,
    file: `${name}.graphql`,
  }));
}

/** What a replacement of text in `books` makes of it, as `severity kind coordinate`; the other way round with `back`. */
function changes(from: string, to: string, back = false): string[] {
  if (!BOOKS.includes(from)) throw new Error(`There is no ${from}.`);
  const [one, other] = [subgraphs(BOOKS), subgraphs(BOOKS.replace(from, to))];
  return inWords(back ? federationChanges(other, one) : federationChanges(one, other));
}

function inWords(all: ReturnType<typeof federationChanges>): string[] {
  return all.map(({ severity, kind, coordinate }) => `${severity} ${kind} ${coordinate}`);
}

describe('changes between subgraphs', () => {
  it.each<[string, string, string | null, string | null]>([
    // from, to, what that is, what the way back is
    ['@key(fields: "id")', '@key(fields: "id") @key(fields: "title")', 'safe key-added Book', 'safe key-removed Book'],
    ['@key(fields: "id")', '@key(fields: " id,")', null, null],
    ['@key(fields: "id")', '@federation__key(fields: "id")', null, null],
    ['Money @shared {', 'Money { ', 'breaking shareable-removed Money', 'safe shareable-added Money'],
    [
      'pages: Int',
      'pages: Int @federation__inaccessible',
      'safe inaccessible-added Book.pages',
      'safe inaccessible-removed Book.pages',
    ],
    [
      'pages: Int',
      'pages: Int @federation__tag(name: "partner")',
      'safe tag-added Book.pages',
      'dangerous tag-removed Book.pages',
    ],
    [
      'pages: Int',
      'pages: Int @federation__authenticated',
      'breaking authenticated-added Book.pages',
      'dangerous authenticated-removed Book.pages',
    ],
    [
      'pages: Int',
      'pages: Int @federation__policy(policies: [["adult"]])',
      'breaking policy-added Book.pages',
      'dangerous policy-removed Book.pages',
    ],
    [
      'pages: Int',
      'pages: Int @federation__requires(fields: "title")',
      'dangerous requires-added Book.pages',
      'safe requires-removed Book.pages',
    ],
    [
      'pages: Int',
      'pages: Int @federation__external',
      'dangerous external-added Book.pages',
      'safe external-removed Book.pages',
    ],
    [
      'sold: Book',
      'sold: Book @federation__provides(fields: "title")',
      'safe provides-added Subscription.sold',
      'dangerous provides-removed Subscription.sold',
    ],
    [
      'pages: Int',
      'pages: Int @federation__cost(weight: 5)',
      'dangerous cost-added Book.pages',
      'safe cost-removed Book.pages',
    ],
    [
      '): [Book]',
      '): [Book] @federation__listSize(slicingArguments: ["first"])',
      'breaking list-size-made-required Query.books',
      'dangerous list-size-removed Query.books',
    ],
    [
      '): [Book]',
      '): [Book] @federation__listSize(assumedSize: 9)',
      'dangerous list-size-added Query.books',
      'dangerous list-size-removed Query.books',
    ],
    [
      'sold: Book',
      'sold: Book @eventStream(stream: "S", subject: "s", value: "{}")',
      'safe event-stream-added Subscription.sold',
      'breaking event-stream-removed Subscription.sold',
    ],
    [
      'books(first: Int)',
      'books(first: Int @federation__fromContext(field: "$shelf { size }"))',
      'dangerous from-context-added Query.books(first:)',
      'dangerous from-context-removed Query.books(first:)',
    ],
    [
      '@key(fields: "id")',
      '@key(fields: "id") @federation__context(name: "shelf")',
      'safe context-added Book',
      'safe context-removed Book',
    ],
    [
      '@key(fields: "id")',
      '@key(fields: "id") @federation__interfaceObject',
      'dangerous interface-object-added Book',
      'dangerous interface-object-removed Book',
    ],
    [
      'pages: Int',
      'pages: Int @sparkles',
      'dangerous sparkles-changed Book.pages',
      'dangerous sparkles-changed Book.pages',
    ],
    ['pages: Int', 'pages: Int @deprecated(reason: "Count.")', null, null],
  ])('%s → %s', (from, to, there, back) => {
    expect(changes(from, to)).toEqual(there ? [there] : []);
    expect(changes(from, to, true)).toEqual(back ? [back] : []);
  });

  it.each<[string, string, 'dangerous' | 'breaking']>([
    ['[["a"]]', '[["a", "b"]]', 'breaking'],
    ['[["a"]]', '[["a"], ["b"]]', 'dangerous'],
    ['[["a"], ["b"]]', '[["a"]]', 'breaking'],
    ['[["a", "b"]]', '[["b"]]', 'dangerous'],
    ['[["a"]]', '[["b"]]', 'breaking'],
  ])('scopes %s → %s: who had them may lose access, or others gain it', (from, to, severity) => {
    const asking = (scopes: string) =>
      subgraphs(BOOKS.replace('pages: Int', `pages: Int @federation__requiresScopes(scopes: ${scopes})`));
    expect(inWords(federationChanges(asking(from), asking(to)))).toEqual([
      `${severity} requires-scopes-changed Book.pages`,
    ]);
  });

  it.each<[string, string, string]>([
    ['stream: "S"', 'stream: "T"', 'dangerous event-stream-stream-changed'],
    ['subject: "s"', 'subject: "t"', 'dangerous event-stream-subject-changed'],
    ['value: "{}"', 'value: "{ id: $id }"', 'dangerous event-stream-value-changed'],
    [', current: "c"', '', 'breaking event-stream-current-changed'],
    ['current: "c"', 'current: "d"', 'dangerous event-stream-current-changed'],
    [', audience: PUBLIC', '', 'breaking event-stream-audience-changed'],
    ['audience: PUBLIC', 'audience: PUBLIC, currentRequired: true', 'breaking event-stream-current-required-changed'],
    ['audience: PUBLIC', 'audience: PUBLIC, currentRequired: false', ''],
  ])('an event stream with %s → %s', (from, to, expected) => {
    const stream = '@eventStream(stream: "S", subject: "s", value: "{}", current: "c", audience: PUBLIC)';
    const served = (directive: string) => subgraphs(BOOKS.replace('sold: Book', `sold: Book ${directive}`));
    expect(inWords(federationChanges(served(stream), served(stream.replace(from, to))))).toEqual(
      expected ? [`${expected} Subscription.sold`] : [],
    );
  });

  it('see that @shareable of a type has gone to its fields', () => {
    expect(changes('Money @shared { amount: Int', 'Money { amount: Int @shared')).toEqual([
      'safe shareable-removed Money',
      'safe shareable-added Money.amount',
    ]);
  });

  it('tell a key that others refer to by from one they have just left', () => {
    const without = BOOKS.replace('@key(fields: "id")', '@key(fields: "title")');
    const message = (after: Subgraph[]) =>
      federationChanges(subgraphs(BOOKS), after)
        .filter(({ kind, subgraph }) => kind === 'key-removed' && subgraph === 'books')
        .map(({ severity }) => severity);
    expect(message(subgraphs(without))).toEqual(['breaking']);
    expect(message(subgraphs(without, SHELVES.replace('@key(fields: "id") { id: ID!', '{')))).toEqual(['dangerous']);
  });

  it('look at the whole of a nested key, and only at what it has at the top', () => {
    const nested = (name: string) =>
      `extend schema ${LINK} type Book @key(fields: "a { b { c } d }") { a: A ${name}: Int } type A @shared { b: B d: Int } type B @shared { c: Int }`;
    const [before, without] = [nested('title'), nested('title').replace('@key(fields: "a { b { c } d }")', '')];
    const shelves = nested('rank');
    expect(inWords(federationChanges(subgraphs(before, shelves), subgraphs(without, shelves)))).toEqual([
      'breaking key-removed Book',
    ]);
  });

  it('see who may see a field wherever the subgraphs say it', () => {
    const open = BOOKS;
    const closed = BOOKS.replace('pages: Int', 'pages: Int @federation__authenticated');
    const taking = (access: string) =>
      SHELVES.replace('rank: Int', `rank: Int pages: Int @federation__override(from: "books") ${access}`);
    const moved = taking('@federation__authenticated');
    const gone = BOOKS.replace('pages: Int', '');
    const of = (before: Subgraph[], after: Subgraph[]) =>
      inWords(federationChanges(before, after)).filter((line) => line.includes('authenticated'));
    expect(of(subgraphs(open), subgraphs(open, moved))).toEqual(['breaking authenticated-added Book.pages']);
    expect(of(subgraphs(closed), subgraphs(closed, moved))).toEqual([]);
    expect(of(subgraphs(closed), subgraphs(closed, taking('')))).toEqual([]);
    expect(of(subgraphs(closed, moved), subgraphs(gone, moved))).toEqual([]);
    expect(of(subgraphs(closed, taking('')), subgraphs(gone, taking('')))).toEqual([
      'dangerous authenticated-removed Book.pages',
    ]);
  });

  it('see a field move in two steps, and in one', () => {
    const rank = 'rank: Int';
    const taken = BOOKS.replace('pages: Int', `pages: Int ${rank} @federation__override(from: "shelves")`);
    const without = SHELVES.replace(rank, '');
    expect(inWords(federationChanges(subgraphs(BOOKS), subgraphs(taken)))).toEqual(['safe override-added Book.rank']);
    expect(inWords(federationChanges(subgraphs(taken), subgraphs(taken, without)))).toEqual([
      'safe field-moved Book.rank',
    ]);
    expect(
      inWords(
        federationChanges(subgraphs(BOOKS), subgraphs(BOOKS.replace('pages: Int', `pages: Int ${rank}`), without)),
      ),
    ).toEqual(['breaking field-moved-at-once Book.rank']);
    const done = taken.replace('@federation__override(from: "shelves")', '');
    expect(inWords(federationChanges(subgraphs(taken, without), subgraphs(done, without)))).toEqual([
      'safe override-removed Book.rank',
    ]);
    expect(inWords(federationChanges(subgraphs(taken), subgraphs(BOOKS)))).toEqual(['safe field-moved Book.rank']);
  });

  it('know a subgraph that comes, goes or moves', () => {
    const all = subgraphs(BOOKS);
    const [books] = all as [Subgraph];
    expect(inWords(federationChanges([books], all))).toEqual(['safe subgraph-added shelves']);
    expect(inWords(federationChanges(all, [books]))).toEqual(['dangerous subgraph-removed shelves']);
    expect(inWords(federationChanges([books], [{ ...books, url: 'http://elsewhere' }]))).toEqual([
      'dangerous subgraph-url-changed books',
    ]);
    expect(inWords(federationChanges([{ ...books, url: '' }], [books]))).toEqual([]);
  });

  it('are read from supergraphs as far as these tell them', () => {
    const before = 'type Query @join__type(graph: A) { a: Int @join__field(graph: A) }';
    const after = 'type Query @join__type(graph: B) { a: Int @join__field(graph: B) @authenticated }';
    expect(inWords(supergraphChanges(before, after))).toEqual(['breaking authenticated-added Query.a']);
  });
});
