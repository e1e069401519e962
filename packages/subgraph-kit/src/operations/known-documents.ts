import { BoundedMap } from '@shop/kernel';
import { type DocumentNode, GraphQLError, type GraphQLSchema, parse, validate } from 'graphql';

/** Returns the document of a text, or what is wrong with it. */
export type KnowDocument = (text: string) => DocumentNode | readonly GraphQLError[];

const MAX_BYTES = 32 * 1024 * 1024;
// Measured: a syntax tree with its tokens, which errors need to say where they are; the densest texts take 1.7 times as much.
const BYTES = 1_000;
const BYTES_PER_CHARACTER = 90;

/** Parses and validates each text once, and keeps the documents that were asked for last, as many as there is room for. */
export function createKnownDocuments(schema: GraphQLSchema, maxBytes = MAX_BYTES): KnowDocument {
  const known = new BoundedMap<string, DocumentNode>(maxBytes, { weigh: (_document, text) => bytesOf(text) });

  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const found = read(schema, text);
    if (!Array.isArray(found)) known.set(text, found as DocumentNode);
    return found;
  };
}

function bytesOf(text: string): number {
  return BYTES + text.length * BYTES_PER_CHARACTER;
}

function read(schema: GraphQLSchema, text: string): DocumentNode | readonly GraphQLError[] {
  const document = attempt(() => parse(text));
  if (document instanceof GraphQLError) return [withCode(document, 'GRAPHQL_PARSE_FAILED')];
  // graphql-js throws some of what is wrong with subscriptions.
  const errors = attempt(() => validate(schema, document));
  if (errors instanceof GraphQLError) return [withCode(errors, 'GRAPHQL_VALIDATION_FAILED')];
  return errors.length === 0 ? document : errors.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED'));
}

function attempt<T>(work: () => T): T | GraphQLError {
  try {
    return work();
  } catch (error) {
    if (error instanceof GraphQLError) return error;
    // Parser and rules recurse: the stack is at its end, not the process.
    if (error instanceof RangeError) return new GraphQLError('The operation is nested too deeply.');
    throw error;
  }
}

function withCode({ message, nodes, source, positions, path }: GraphQLError, code: string): GraphQLError {
  return new GraphQLError(message, { nodes, source, positions, path, extensions: { code } });
}
