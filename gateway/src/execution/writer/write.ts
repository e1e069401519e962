import type { Run } from '../run.ts';
import type { Place, Writer } from './writer.ts';

/** The writer for an execution's values of the variables in `@skip` and `@include`. */
export type WriterChoice = (coerced: Run['coerced']) => Writer;

/** Writes a value as JSON text, first without places, and with them where that shows that errors have to be told. */
export function write(
  { shared, variables, errors }: Run,
  writer: Writer,
  { value, at }: { value: unknown; at: Place },
): string {
  const writing = { shared, variables, isFlawed: false, errors: null };
  const data = writer(value, writing, null);
  return writing.isFlawed ? writer(value, { ...writing, errors }, at) : data;
}
