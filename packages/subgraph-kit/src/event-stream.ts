import {
  DirectiveLocation,
  GraphQLBoolean,
  GraphQLDirective,
  GraphQLEnumType,
  GraphQLNonNull,
  GraphQLString,
} from 'graphql';

const text = new GraphQLNonNull(GraphQLString);

/** How the gateway learns where a subscription's events come from, without a word of its own about them. */
export const eventStreamDirective = new GraphQLDirective({
  name: 'eventStream',
  locations: [DirectiveLocation.FIELD_DEFINITION],
  args: {
    stream: { type: text },
    subject: { type: text },
    value: { type: text },
    current: { type: GraphQLString },
    currentRequired: { type: GraphQLBoolean, defaultValue: false },
    audience: {
      type: new GraphQLEnumType({ name: 'eventStream__Audience', values: { PUBLIC: {}, VIEWER: {} } }),
      defaultValue: 'VIEWER',
    },
  },
});

/** SDL that takes the directive into the supergraph. */
export const eventStreamLink = `
extend schema
  @link(url: "https://shopgraph.dev/eventStream/v1.0", import: ["@eventStream"])
  @composeDirective(name: "@eventStream")
`;
