import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type AskOptions, graphInProcess, type Sent } from '../../../test/execution/in-process.ts';

interface Shelf {
  __typename: string;
  id: string;
  language?: { code: string | null; sizes: ({ n: number } | null)[] | null } | null;
  label?: string | null;
  books: ({ id: string } | null)[];
  stacks: ({ id: string } | null)[][];
}

const IN = '$place ... on Room { language { code } } ... on Box { label }';

/** Shelves of two kinds set the context, books in them take their arguments from it. */
function libraryWith(shelves: () => (Shelf | null)[]) {
  const title = ({ id }: { id: string }, { in: given = 'nothing', loud }: { in?: string | null; loud?: boolean }) =>
    given === 'bad' ? fail(`${id} has no title in bad.`) : `${loud ? id.toUpperCase() : id} in ${given}`;
  return graphInProcess(
    {
      shelves: {
        sdl: /* GraphQL */ `
          type Query { shelves: [Shelf] }
          interface Shelf { id: ID!, books: [Book], stacks: [[Book]] }
          type Room implements Shelf @key(fields: "id") @context(name: "place") @context(name: "room") {
            id: ID!, language: Language, books: [Book], stacks: [[Book]], seat: Seat
          }
          type Box implements Shelf @key(fields: "id") @context(name: "place") {
            id: ID!, label: String, books: [Book], stacks: [[Book]]
          }
          type Language { code: String, sizes: [Size] }
          type Size { n: Int }
          type Book @key(fields: "id") {
            id: ID!
            title(loud: Boolean, in: String @fromContext(field: "${IN}")): String
            cover: Cover
          }
          type Seat @key(fields: "id") {
            id: ID!
            fits(in: [Int] @fromContext(field: "$room { language { sizes { n } } }")): String
          }
          type Cover @key(fields: "id") { id: ID!, text(in: String @fromContext(field: "${IN}")): String }
        `,
        resolvers: {
          Query: { shelves: () => shelves() },
          Book: { title, cover: ({ id }: { id: string }) => ({ id: `cover of ${id}` }) },
          Room: { seat: () => ({ id: 'seat' }) },
          Seat: {
            fits: (_: unknown, { in: sizes }: { in: unknown }) => JSON.stringify(sizes),
          },
          Cover: { text: ({ id }: { id: string }, { in: given }: { in: string }) => `${id} in ${given}` },
        },
      },
      ratings: {
        sdl: 'type Book @key(fields: "id") { id: ID!, stars: Int } type Room @key(fields: "id") { id: ID!, area: Int }',
        resolvers: { Book: { stars: ({ id }: { id: string }) => id.length }, Room: { area: () => 9 } },
      },
    },
    'apollo',
  );
}

function fail(message: string): never {
  throw new Error(message);
}

const book = (id: string) => ({ __typename: 'Book', id });
const room = (id: string, code: string | null | undefined, ...books: string[]): Shelf => ({
  __typename: 'Room',
  id,
  language: code === undefined ? null : { code, sizes: null },
  books: books.map(book),
  stacks: [books.map(book), []],
});
const box = (id: string, label: string | null, ...books: string[]): Shelf => ({
  __typename: 'Box',
  id,
  label,
  books: books.map(book),
  stacks: [[], books.map(book)],
});

/** What titles a query must find, told without any federation. */
function titles(shelves: readonly (Shelf | null)[]) {
  return shelves.map((shelf) => {
    if (shelf === null) return null;
    const given = (shelf.__typename === 'Room' ? shelf.language?.code : shelf.label) ?? null;
    const titled = (found: { id: string } | null) =>
      found && { title: given === 'bad' ? null : `${found.id} in ${given}`, stars: found.id.length };
    return { books: shelf.books.map(titled), stacks: shelf.stacks.map((stack) => stack.map(titled)) };
  });
}

/** As `planning/by-type.ts` has it for Apollo's planner, which finds contexts by the type that sets them. */
const ofEach = (selections: string) => `{ shelves { ... on Room { ${selections} } ... on Box { ${selections} } } }`;
const TITLES = ofEach('books { title }');
const QUERY = ofEach('books { title stars } stacks { title stars }');

async function asked(shelves: (Shelf | null)[], query: string, options?: AskOptions) {
  const library = libraryWith(() => shelves);
  const { data, errors = [] } = await library.ask(query, options);
  const withContext = library.sent.filter(({ variables }) =>
    Object.keys(variables).some((name) => name.includes('contextual')),
  );
  return { data, errors: errors.map(({ path, message }) => `${path?.join('.')}: ${message}`), withContext };
}

function valuesSent(sent: Sent | undefined): unknown[] {
  return Object.entries(sent?.variables ?? {}).flatMap(([name, value]) => (name.includes('contextual') ? [value] : []));
}

describe('an argument from a context', () => {
  it('is what the object above says, of whichever type, for each place at which an entity is', async () => {
    const shelves = [room('r', 'fr', 'a', 'b'), box('x', 'old', 'a'), null, room('s', 'de', 'a', 'c')];
    const { data, errors } = await asked(shelves, QUERY);
    expect(errors).toEqual([]);
    expect(data).toEqual({ shelves: titles(shelves) });
  });

  it('asks once for all that have the same values, and in one request for all others', async () => {
    const shelves = [room('r', 'fr', 'a', 'b'), room('s', 'de', 'a'), room('t', 'fr', 'a', 'c')];
    const { data, withContext } = await asked(shelves, TITLES);
    expect(data).toMatchObject({ shelves: [{}, { books: [{ title: 'a in de' }] }, {}] });
    expect(withContext).toHaveLength(1);
    expect(valuesSent(withContext[0])).toEqual(['fr', 'de']);
    const representations = Object.values(withContext[0]?.variables ?? {}).filter(Array.isArray);
    expect(representations.map((list) => list.length)).toEqual([3, 1]);
  });

  it('asks as the plan has it where there is one value only', async () => {
    const { withContext } = await asked([room('r', 'fr', 'a'), room('s', 'fr', 'a', 'b')], TITLES);
    expect(withContext.map(({ variables }) => Object.keys(variables))).toEqual([
      ['representations', expect.stringMatching(/^contextualArgument_/)],
    ]);
  });

  it('is asked for in several requests where there are very many values', async () => {
    const shelves = Array.from({ length: 120 }, (_, i) => room(`r${i}`, `l${i}`, 'a'));
    const { data, withContext } = await asked(shelves, TITLES);
    expect(data?.shelves).toEqual(shelves.map((_, i) => ({ books: [{ title: `a in l${i}` }] })));
    expect(withContext.map((sent) => valuesSent(sent).length)).toEqual([50, 50, 20]);
  });

  it('is null where the value is, or what is on the way to it', async () => {
    const shelves = [room('r', null, 'a'), room('s', undefined, 'a'), box('x', null, 'a')];
    const { data, errors } = await asked(shelves, QUERY);
    expect(errors).toEqual([]);
    expect(data).toEqual({ shelves: titles(shelves) });
  });

  it('reaches through objects between, which are shared between places', async () => {
    const shelves = [room('r', 'fr', 'a'), box('x', 'old', 'a')];
    const query = ofEach('books { stars cover { text } }');
    const { data } = await asked(shelves, query);
    const text = (of: string) => [{ stars: 1, cover: { text: `cover of a in ${of}` } }];
    expect(data).toEqual({ shelves: [{ books: text('fr') }, { books: text('old') }] });
  });

  it('stands beside arguments of the client', async () => {
    const query = `query ($loud: Boolean, $not: Boolean = false) {
      shelves { ... on Room { books { a: title(loud: $loud) b: title(loud: $not) } } }
    }`;
    const { data, errors } = await asked([room('r', 'fr', 'a'), room('s', 'de', 'a')], query, {
      variables: { loud: true },
    });
    expect(errors).toEqual([]);
    const books = (code: string) => ({ books: [{ a: `A in ${code}`, b: `a in ${code}` }] });
    expect(data).toEqual({ shelves: [books('fr'), books('de')] });
  });

  it('is a list where there is one on the way', async () => {
    const sized = (sizes: NonNullable<Shelf['language']>['sizes']) => ({
      ...room('r', 'fr'),
      language: { code: 'fr', sizes },
    });
    const shelves = [sized([{ n: 1 }, null, { n: 2 }]), sized([]), sized(null)];
    const { data } = await asked(shelves, '{ shelves { ... on Room { seat { fits } } } }');
    const seats = ['[1,null,2]', '[]', 'null'].map((fits) => ({ seat: { fits } }));
    expect(data).toEqual({ shelves: seats });
  });

  it('cannot be sent by a client', async () => {
    const names = Object.fromEntries([0, 1, 2, 3].map((i) => [`contextualArgument_1_${i}`, 'stolen']));
    const { data } = await asked([room('r', 'fr', 'a')], TITLES, { variables: names });
    expect(data).toEqual({ shelves: [{ books: [{ title: 'a in fr' }] }] });
  });

  it('costs only its own places when it fails', async () => {
    const shelves = [room('r', 'bad', 'a'), room('s', 'de', 'a')];
    const { data, errors } = await asked(shelves, TITLES);
    expect(data).toEqual({ shelves: [{ books: [{ title: null }] }, { books: [{ title: 'a in de' }] }] });
    expect(errors).toEqual(['shelves.0.books.0.title: a has no title in bad.']);
  });

  it('is missed at every place when the subgraph does not answer', async () => {
    const { errors } = await asked([room('r', 'fr', 'a'), room('s', 'de', 'a')], TITLES, {
      between: ({ query }, next) =>
        query.includes('_entities') ? Promise.resolve({ errors: [{ message: 'away' }] }) : next(),
    });
    expect(errors).toEqual(['shelves.0.books.0.title: away', 'shelves.1.books.0.title: away']);
  });

  it('is right for whatever library', async () => {
    const ids = fc.array(fc.constantFrom('a', 'b', 'cc'), { maxLength: 3 });
    const word = fc.constantFrom('fr', 'de', 'bad', null);
    const shelf = fc.oneof(
      fc
        .tuple(fc.uuid(), fc.option(word, { nil: undefined }), ids)
        .map(([id, code, books]) => room(id, code, ...books)),
      fc.tuple(fc.uuid(), word, ids).map(([id, label, books]) => box(id, label, ...books)),
      fc.constant(null),
    );
    let shelves: (Shelf | null)[] = [];
    const library = libraryWith(() => shelves);
    await fc.assert(
      fc.asyncProperty(fc.array(shelf, { maxLength: 4 }), async (generated) => {
        shelves = generated;
        const { data } = await library.ask(QUERY);
        expect(data).toEqual({ shelves: titles(generated) });
      }),
      { numRuns: 60 },
    );
  });
});
