import { type Artifacts, artifactsOf } from './artifacts.ts';
import type { Composition } from './composition/compose.ts';
import { checkOperations } from './operations/valid-operations.ts';
import { reference } from './reference/reference.ts';
import { readOperations } from './registered-operations.ts';
import { type Repository, readOperationFiles, type Subgraph } from './repository.ts';
import { readCodegenConfig } from './typed-operations/codegen-config.ts';

/**
 * Everything a repository keeps in git that is made from its subgraphs: the schema, the reference, and typed operations
 * as long as all operations can be run.
 */
export async function allArtifacts(
  repository: Repository,
  subgraphs: readonly Subgraph[],
  composition: Composition,
): Promise<Artifacts> {
  const artifacts = artifactsOf(subgraphs, composition);
  const generated = await generatedFrom(repository, subgraphs, composition, artifacts.get('schema/api.graphql') ?? '');
  return new Map([...artifacts, ...generated]);
}

async function generatedFrom(
  repository: Repository,
  subgraphs: readonly Subgraph[],
  { apiSchema }: Composition,
  apiSdl: string,
): Promise<Artifacts> {
  const { tree, settings } = repository;
  const artifacts: Artifacts = new Map();
  if (settings.reference !== null) {
    artifacts.set(settings.reference, reference(apiSchema, subgraphs));
  }
  const config = await readCodegenConfig(repository);
  if (config === null) return artifacts;
  const { findings } = checkOperations(await readOperations(tree, settings), apiSchema);
  if (findings.length > 0) return artifacts;
  // Loading it takes a while, and most commands do without.
  const { typedOperations } = await import('./typed-operations/typed-operations.ts');
  const typed = await typedOperations(config, apiSdl, await readOperationFiles(tree, settings));
  return new Map([...artifacts, ...typed]);
}
