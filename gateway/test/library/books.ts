import { GraphQLError } from 'graphql';

/** What the test's own subgraphs know; a test changes it. */
export interface Shelf {
  titles: Map<string, string>;
  returnedAt: Map<string, string>;
  ratings: Map<string, number>;
}

export const BOOKS_SDL = /* GraphQL */ `
  extend schema
    @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@composeDirective"])
    @link(url: "https://shopgraph.dev/eventStream/v1.0", import: ["@eventStream"])
    @composeDirective(name: "@eventStream")

  enum eventStream__Audience { PUBLIC VIEWER }
  directive @eventStream(
    stream: String!, subject: String!, value: String!, current: String, currentRequired: Boolean = false,
    audience: eventStream__Audience = VIEWER
  ) on FIELD_DEFINITION

  scalar Even

  type Query {
    book(id: ID!): Book
    books(first: Int = 10): [Book!]!
    half(of: Even!): Int
    whoAsks: Headers!
    broken: String
    slow(ms: Int!): String
    currentReturn(bookId: ID): BookReturned
    loan(bookId: ID!): Loan
  }
  type Mutation { lend(bookId: ID!): String }
  type Headers { authorization: String, idempotencyKey: String, traceparent: String }

  type Book @key(fields: "id") { id: ID!, title: String! }
  type BookReturned { book: Book!, returnedAt: String! }
  type Loan { book: Book!, until: String! }
  type Notice { text: String! }

  type Subscription {
    bookReturned(bookId: ID): BookReturned!
      @eventStream(stream: "BOOKS", subject: "book.returned.{args.bookId}",
        value: "{ book: { id: $bookId }, returnedAt: $returnedAt }",
        current: "currentReturn(bookId: {args.bookId})", audience: PUBLIC)
    noticeForMe: Notice! @eventStream(stream: "BOOKS", subject: "book.notice.{viewer.id}", value: "{ text: $text }")
    loanChanged(bookId: ID!): Loan!
      @eventStream(stream: "BOOKS", subject: "book.lent.{args.bookId}", value: "{ book: { id: $bookId }, until: $until }",
        current: "loan(bookId: {args.bookId})", currentRequired: true)
    unheard: String
  }
`;

export const SECRET = 'mysql://root:hunter2@10.0.0.7/books';

export function booksResolvers({ titles, returnedAt }: Shelf) {
  const bookOf = (id: string) => (titles.has(id) ? { __typename: 'Book', id, title: titles.get(id) } : null);
  const returned = (id: string) => ({ book: bookOf(id), returnedAt: returnedAt.get(id) });
  return {
    Query: {
      book: (_: unknown, { id }: { id: string }) => bookOf(id),
      books: (_: unknown, { first }: { first: number }) => [...titles.keys()].slice(0, first).map(bookOf),
      half: (_: unknown, { of }: { of: number }) => of / 2,
      whoAsks: (_: unknown, __: unknown, { headers }: { headers: Record<string, string> }) => ({
        authorization: headers.authorization,
        idempotencyKey: headers['idempotency-key'],
        traceparent: headers.traceparent,
      }),
      broken: () => {
        throw new GraphQLError(`cannot reach ${SECRET}`, { extensions: { code: 'INTERNAL_SERVER_ERROR', at: SECRET } });
      },
      slow: async (_: unknown, { ms }: { ms: number }) => {
        await new Promise((resolve) => setTimeout(resolve, ms));
        return 'done';
      },
      currentReturn: (_: unknown, { bookId }: { bookId?: string }) =>
        bookId && returnedAt.has(bookId) ? returned(bookId) : null,
      loan: (_: unknown, { bookId }: { bookId: string }) =>
        returnedAt.has(bookId) ? { book: bookOf(bookId), until: '2030-01-01' } : null,
    },
    Mutation: {
      lend: (_: unknown, { bookId }: { bookId: string }) => {
        throw new GraphQLError(`Book ${bookId} is lent.`, {
          extensions: { code: 'CONFLICT', retryAfterMs: 5, stacktrace: [SECRET], serviceName: 'books' },
        });
      },
    },
    Book: { __resolveReference: ({ id }: { id: string }) => bookOf(id) },
  };
}
