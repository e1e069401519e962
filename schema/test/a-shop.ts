import type { Files } from './a-repository.ts';

const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@override", "@external", "@requires", "@provides", "@inaccessible", "@tag", "@authenticated", "@requiresScopes", "@cost", "@listSize", "@composeDirective"])';

const CATALOG = `${LINK}
extend schema @link(url: "https://shopgraph.dev/eventStream/v1.0", import: ["@eventStream"]) @composeDirective(name: "@eventStream")

directive @eventStream(stream: String!, subject: String!, value: String!, current: String, audience: eventStream__Audience = VIEWER) on FIELD_DEFINITION
enum eventStream__Audience { PUBLIC VIEWER }

type Query {
  product(id: ID!): Product
  products(filter: ProductFilter, first: Int = 20): [Product!]! @listSize(slicingArguments: ["first"], requireOneSlicingArgument: false)
}

type Mutation {
  renameProduct(input: RenameProductInput!): Product
}

type Subscription {
  priceChanged(id: ID!): Product @eventStream(stream: "CATALOG", subject: "price.{args.id}", value: "{ id: $id }", audience: PUBLIC)
}

type Product @key(fields: "id") @key(fields: "sku") @key(fields: "barcode") {
  id: ID!
  sku: String!
  barcode: String!
  name: String!
  colour: Colour
  weightGrams: Int
  price: Money!
}

type Money @shareable {
  amount: Int!
}

enum Colour {
  RED
  GREEN
  BLUE
}

input ProductFilter {
  text: String
  colour: Colour
  madeIn: String
}

input RenameProductInput {
  id: ID!
  name: String!
  reason: String
}
`;

const STOCK = `${LINK}

type Query {
  emptyShelves: [Product!]! @authenticated
}

type Product @key(fields: "id") {
  id: ID!
  inStock: Int!
  soldCount: Int!
}
`;

const REVIEWS = `${LINK}

type Product @key(fields: "sku") {
  sku: String!
  reviews: [Review!]!
}

type Review {
  text: String!
  stars: Int!
}

type Money @shareable {
  amount: Int!
}

type Query {
  reward: Money
}
`;

/** A small shop of three subgraphs, and what its clients ask. */
export const SHOP = {
  'schema/subgraphs/catalog.graphql': CATALOG,
  'schema/subgraphs/stock.graphql': STOCK,
  'schema/subgraphs/reviews.graphql': REVIEWS,
  'schema/operations/product-page.graphql': `query ProductPage($id: ID!) {
  product(id: $id) { name colour inStock price { amount } reviews { text } }
}
`,
  'schema/operations/search.graphql': `query Search($filter: ProductFilter) {
  products(filter: $filter) { id name }
}
`,
  'schema/operations/rename.graphql': `mutation Rename($id: ID!) {
  renameProduct(input: { id: $id, name: "Kettle" }) { name }
}
`,
} as const satisfies Files;

type ShopFile = keyof typeof SHOP;

/** An edit of one of the shop's files: the text that goes and the text that comes. */
export type Edit = readonly [file: 'catalog' | 'stock' | 'reviews', from: string, to: string];

/** The shop with edited subgraphs. Throws where there is nothing to edit. */
export function editedShop(edits: readonly Edit[]): Files {
  const files: Record<string, string> = { ...SHOP };
  for (const [name, from, to] of edits) {
    const file = `schema/subgraphs/${name}.graphql` satisfies ShopFile;
    const text = files[file] as string;
    if (!text.includes(from)) throw new Error(`There is no ${from} in ${file}.`);
    files[file] = text.replace(from, to);
  }
  return files;
}
