import { type DocumentNode, GraphQLError, parse, Source } from 'graphql';
import { CannotRun } from './command.ts';
import type { SourceFile } from './repository.ts';

/** The largest public schemas are about 3 MB; composing more than this takes minutes and gigabytes. */
export const MAX_BYTES = 8 * 1024 * 1024;

/** Parses SDL or operations of a file. Throws CannotRun that says where it is broken. */
export function parseGraphql({ file, text }: SourceFile): DocumentNode {
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_BYTES) {
    const megabytes = (count: number) => (count / 1024 / 1024).toFixed(1);
    throw new CannotRun(
      `${file} has ${megabytes(bytes)} MB, and no more than ${megabytes(MAX_BYTES)} MB are read: is it a schema? Split the subgraph if it is.`,
    );
  }
  try {
    return parse(new Source(text, file));
  } catch (error) {
    if (error instanceof RangeError) throw new CannotRun(`${file} is nested too deeply to be read.`);
    if (!(error instanceof GraphQLError)) throw error;
    const [at] = error.locations ?? [];
    throw new CannotRun(`${file}:${at?.line}:${at?.column}: ${error.message}`);
  }
}
