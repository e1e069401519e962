import { buildSchema, execute, type GraphQLSchema, parse, validate } from 'graphql';
import { API_SDL, type Subgraph } from './schema.ts';
import { products, reviews, shippingEstimate, users } from './shop.ts';

/** A request as it arrives, and what it is answered, as JSON texts; how many entities it asks for is on the side. */
export interface Answered {
  body: Buffer;
  representations: number;
}

interface Representation {
  __typename: string;
  id?: string;
  upc?: string;
  price?: number;
  weight?: number;
}

const ENTITIES = /* GraphQL */ `
  scalar _Any
  scalar federation__FieldSet
  directive @key(fields: String) repeatable on OBJECT
  directive @external on FIELD_DEFINITION
  directive @requires(fields: String) on FIELD_DEFINITION
  directive @provides(fields: String) on FIELD_DEFINITION
  directive @shareable on FIELD_DEFINITION
`;

const roots = {
  me: users[0],
  users,
  topProducts: ({ first }: { first: number }) => products.slice(0, first),
};

/** Answers requests to one subgraph by graphql-js. */
export function answerOf({ name, sdl }: Subgraph): (request: string) => Answered {
  const entityTypes = [...sdl.matchAll(/type (\w+) @key/g)].map(([, type]) => type);
  const hasQuery = sdl.includes('type Query');
  const schema = buildSchema(
    `${sdl.replace(/extend schema @link\([^)]*\)/, '')} ${ENTITIES} union _Entity = ${entityTypes.join(' | ')}
     ${hasQuery ? 'extend ' : ''}type Query { _entities(representations: [_Any!]!): [_Entity]! }`,
  );
  const isInventory = name === 'inventory';
  return answering(schema, {
    ...roots,
    _entities: ({ representations }: { representations: Representation[] }) =>
      representations.map((each) => (isInventory ? stockOf(each) : entityOf(each))),
  });
}

/** Answers requests to all subgraphs together, as if they were one service: what a gateway's answer is compared with. */
export function answerOfWhole(): (request: string) => Answered {
  return answering(buildSchema(API_SDL), roots);
}

function answering(schema: GraphQLSchema, rootValue: unknown): (request: string) => Answered {
  return (request) => {
    const { query, variables, operationName } = JSON.parse(request);
    const document = parse(query);
    const errors = validate(schema, document);
    const answer =
      errors.length > 0
        ? { errors }
        : execute({ schema, document, rootValue, variableValues: variables, operationName });
    const lists = Object.values(variables ?? {}).filter(Array.isArray);
    return {
      body: Buffer.from(JSON.stringify(answer)),
      representations: lists.reduce((sum, list) => sum + list.length, 0),
    };
  };
}

function entityOf({ __typename, id, upc }: Representation) {
  const found =
    __typename === 'Product'
      ? products.find((each) => each.upc === upc)
      : (__typename === 'User' ? users : reviews).find((each) => each.id === id);
  return found && { __typename, ...found };
}

/** Of price and weight it knows what the request tells it. */
function stockOf({ upc, price, weight }: Representation) {
  const { inStock } = products.find((each) => each.upc === upc) ?? {};
  const isTold = price !== undefined && weight !== undefined;
  return {
    __typename: 'Product',
    upc,
    price,
    weight,
    inStock,
    shippingEstimate: isTold ? shippingEstimate(price, weight) : null,
  };
}
