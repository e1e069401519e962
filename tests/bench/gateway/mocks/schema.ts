/** One of the subgraphs that the gateways under measurement put together. */
export interface Subgraph {
  name: string;
  sdl: string;
}

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3",
  import: ["@key", "@external", "@requires", "@provides", "@shareable"])`;

/** Four subgraphs in the manner of the public benchmarks of gateways: people, products, stock, and reviews of products. */
export const subgraphs: readonly Subgraph[] = [
  {
    name: 'accounts',
    sdl: /* GraphQL */ `
      ${LINK}
      type Query { me: User, users: [User!]! }
      type User @key(fields: "id") { id: ID!, name: String, username: String @shareable, birthday: Int }
    `,
  },
  {
    name: 'products',
    sdl: /* GraphQL */ `
      ${LINK}
      type Query { topProducts(first: Int! = 5): [Product!]! }
      type Product @key(fields: "upc") { upc: String!, name: String, price: Int, weight: Int }
    `,
  },
  {
    name: 'inventory',
    sdl: /* GraphQL */ `
      ${LINK}
      type Product @key(fields: "upc") {
        upc: String!
        price: Int @external
        weight: Int @external
        inStock: Boolean
        shippingEstimate: Int @requires(fields: "price weight")
      }
    `,
  },
  {
    name: 'reviews',
    sdl: /* GraphQL */ `
      ${LINK}
      type Review @key(fields: "id") { id: ID!, body: String, author: User @provides(fields: "username"), product: Product }
      type User @key(fields: "id") { id: ID!, username: String @external, reviews: [Review!]! }
      type Product @key(fields: "upc") { upc: String!, reviews: [Review!]! }
    `,
  },
];

/** What clients see of all of them together. */
export const API_SDL = /* GraphQL */ `
  type Query { me: User, users: [User!]!, topProducts(first: Int! = 5): [Product!]! }
  type User { id: ID!, name: String, username: String, birthday: Int, reviews: [Review!]! }
  type Product {
    upc: String!, name: String, price: Int, weight: Int, inStock: Boolean, shippingEstimate: Int, reviews: [Review!]!
  }
  type Review { id: ID!, body: String, author: User, product: Product }
`;
