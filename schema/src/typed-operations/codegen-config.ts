import { z } from 'zod';
import { CannotRun } from '../command.ts';
import type { Repository } from '../repository.ts';
import { parseJson, problemsOf } from '../settings.ts';

/** Where a repository keeps its configuration of graphql-codegen, from its root. */
const CODEGEN_FILE = 'schema/codegen.json';

const PLUGINS = ['typescript-operations', 'typed-document-node'] as const;

/** The part of https://the-guild.dev/graphql/codegen/docs/config-reference/codegen-config that is read here; its own program reads the same file. */
const codegenConfig = z.strictObject({
  schema: z.literal('schema/api.graphql'),
  documents: z.union([z.string().transform((glob) => [glob]), z.array(z.string())]),
  generates: z.record(
    z.string(),
    z.strictObject({ plugins: z.array(z.enum(PLUGINS)).min(1), config: z.record(z.string(), z.unknown()).default({}) }),
  ),
});

export type CodegenConfig = z.infer<typeof codegenConfig>;

/** Null where the repository has none, and so no typed operations. Throws CannotRun for one that cannot be read. */
export async function readCodegenConfig({ tree }: Repository): Promise<CodegenConfig | null> {
  const [text] = await tree.read([CODEGEN_FILE]);
  if (typeof text !== 'string') return null;
  const result = codegenConfig.safeParse(parseJson(text, CODEGEN_FILE));
  if (result.success) return result.data;
  throw new CannotRun(`${CODEGEN_FILE} is not as it should be: ${problemsOf(result.error)}.`);
}
