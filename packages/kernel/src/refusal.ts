import { DomainError } from './errors.ts';

/** What a client is told about one thing that stood in the way: an entry of a payload's `userErrors`. */
export interface UserError<Code extends string = string> {
  code: Code;
  message: string;
  /** Which part of the input it is about, e.g. `['input', 'lines', '0', 'quantity']`. */
  path: string[] | null;
}

/** Something a well-behaved client meets and shows (sold out, too few points); never a failure of ours. */
export class Refusal<Code extends string = string> extends DomainError {
  readonly code: Code;
  readonly userErrors: readonly UserError<Code>[];

  /** One reason, or several at once. The list must not be empty. */
  constructor(reason: UserError<Code> | readonly UserError<Code>[]) {
    const userErrors: readonly UserError<Code>[] = 'code' in reason ? [reason] : reason;
    const [first] = userErrors;
    if (first === undefined) throw new RangeError('A refusal needs a reason.');
    // Nobody reads where a refusal comes from, and a crowd that comes too late is refused thousands of times a second.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(first.message);
    Error.stackTraceLimit = stackTraceLimit;
    this.code = first.code;
    this.userErrors = userErrors;
  }
}
