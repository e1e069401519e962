import { GraphQLScalarType } from 'graphql';
import { GraphQLDateTime, GraphQLSafeInt } from 'graphql-scalars';

function described(scalar: GraphQLScalarType, name: string, description: string): GraphQLScalarType {
  const { specifiedByURL: _, ...config } = scalar.toConfig();
  return new GraphQLScalarType({ ...config, name, description });
}

/** A Date on this side, RFC 3339 in UTC on the wire. */
export const DateTimeScalar = described(
  GraphQLDateTime,
  'DateTime',
  'ISO 8601 instant in UTC with milliseconds, e.g. 2026-02-11T10:30:00.000Z.',
);

/** An integer beyond the 32 bits of Int. */
export const SafeIntScalar = described(GraphQLSafeInt, 'SafeInt', 'Integer up to 2^53-1 (a JSON number).');
