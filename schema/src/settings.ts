import { z } from 'zod';
import { CannotRun } from './command.ts';
import { lintSettings } from './lint/lint-settings.ts';

/** Where a repository keeps the settings of this tool, from its root. */
export const SETTINGS_FILE = 'schema/shop-schema.json';

const settings = z.strictObject({
  /** The subgraphs by name. */
  subgraphs: z.record(
    z.string(),
    z.strictObject({
      /** Where it listens unless a gateway is told otherwise. */
      url: z.url(),
      /** A program from the root that prints the SDL when it is started with the argument `schema`; without one, schema/subgraphs/<name>.graphql is the source. */
      program: z.string().optional(),
      /** Every file that what it prints depends on, as globs from the root: with them, a program whose files have not changed is not asked again. */
      madeFrom: z.array(z.string()).min(1).optional(),
    }),
  ),
  /** What clients send: a file with one operation and its fragments, or a manifest of Apollo's format, each matched from the root. */
  operations: z.array(z.string()).default(['schema/operations/**/*.graphql', 'schema/operations/**/*.json']),
  /** Recorded traffic, written by `shop-schema usage export`. */
  usage: z.string().default('schema/usage.json'),
  /** The folder supergraphs are published to. */
  registry: z.string().default('.local/registry'),
  /** Changes that may break clients, each with a reason and an end. */
  approvedChanges: z.string().default('schema/approved-changes.json'),
  /** Where the reference is written; null for nowhere. */
  reference: z.string().nullable().default(null),
  /** What the rules of lint have to know of this schema, and what they are not to say. */
  lint: lintSettings.prefault({}),
});

export type Settings = z.infer<typeof settings>;

/** Reads the text of `schema/shop-schema.json`. Throws CannotRun that names every problem. */
export function parseSettings(text: string, file: string = SETTINGS_FILE): Settings {
  const result = settings.safeParse(parseJson(text, file));
  if (result.success) return result.data;
  throw new CannotRun(`${file} is not as it should be: ${problemsOf(result.error)}.`);
}

/** Every problem of a zod error on one line. */
export function problemsOf(error: z.ZodError): string {
  return error.issues.map(({ path, message }) => `${path.join('.') || 'the whole'}: ${message}`).join('; ');
}

/** Reads JSON. Throws CannotRun that names the file. */
export function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CannotRun(`${file} is not JSON: ${(error as Error).message}`);
  }
}
