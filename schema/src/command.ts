import type { Repository } from './repository.ts';

/** The command cannot do its work; the message is one line that says what to do. Ends with exit code 2. */
export class CannotRun extends Error {
  override readonly name = 'CannotRun';
}

/** A flag as `parseArgs` of node:util takes it, and what --help says of it. */
export interface Option {
  type: 'string' | 'boolean';
  multiple?: boolean;
  short?: string;
  default?: string | boolean | string[];
  /** What stands for the value in --help, e.g. `<n>`. */
  value?: string;
  description: string;
}

type Options = Readonly<Record<string, Option>>;

type ValueOf<O extends Option> = O extends { type: 'boolean' }
  ? boolean
  : O extends { multiple: true }
    ? string[]
    : string;

export type ValuesOf<O extends Options> = {
  [K in keyof O]: O[K] extends { default: string | boolean | string[] } ? ValueOf<O[K]> : ValueOf<O[K]> | undefined;
};

/** What the process gives a command, so that tests can give it something else. */
export interface Terminal {
  cwd: string;
  env: Readonly<Record<string, string | undefined>>;
  /** YYYY-MM-DD, in UTC. */
  today(): string;
  out(text: string): void;
  /** Says what is not part of the answer, e.g. where a server listens. */
  err(text: string): void;
  /** For what ends in order when the process is told to stop, as `serve`; whoever does not ask ends at once. */
  stopSignal?(): AbortSignal;
}

export interface CommandCall<Values> extends Terminal {
  values: Values;
  positionals: string[];
  /** The repository of the current directory. Throws CannotRun where there is none. */
  repository(): Promise<Repository>;
}

interface Definition<O extends Options> {
  name: string;
  /** One line for the list of commands. */
  summary: string;
  /** The arguments after the command's name, e.g. `<hash> [flags]`. */
  usage: string;
  /** Whether there are arguments beside flags; else one is refused, as it is most often a flag that was forgotten. */
  takesArguments?: boolean;
  /** More for --help: examples, what the exit code means here. */
  details?: string;
  options: O;
  /** Returns 0 where nothing is wrong, 1 where something was found. Throws CannotRun. */
  run(call: CommandCall<ValuesOf<O>>): Promise<0 | 1>;
}

/** A command whose flags are checked already. */
export interface Command {
  name: string;
  summary: string;
  usage: string;
  takesArguments?: boolean;
  details?: string;
  options: Options;
  run(call: CommandCall<Record<string, unknown>>): Promise<0 | 1>;
}

/** Types a command's `values` by its own options. */
export function defineCommand<const O extends Options>(definition: Definition<O>): Command {
  return {
    ...definition,
    // parseArgs has read `values` by these same options.
    run: (call) => definition.run(call as CommandCall<ValuesOf<O>>),
  };
}
