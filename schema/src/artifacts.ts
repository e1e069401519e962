import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { lexicographicSortSchema, printSchema } from 'graphql';
import type { Composition } from './composition/compose.ts';
import type { Repository, Subgraph } from './repository.ts';

/** Generated text by its path from the repository's root. */
export type Artifacts = Map<string, string>;

/** Everything `schema/` keeps in git that is made from code. */
export function artifactsOf(subgraphs: readonly Subgraph[], { supergraphSdl, apiSchema }: Composition): Artifacts {
  return new Map([
    ...subgraphs.map(({ file, sdl }) => [file, sdl] as const),
    ['schema/supergraph.graphql', supergraphSdl],
    ['schema/api.graphql', `${printSchema(lexicographicSortSchema(apiSchema)).trim()}\n`],
  ]);
}

/** Writes what differs and returns its paths. */
export async function writeArtifacts(repository: Repository, artifacts: Artifacts): Promise<string[]> {
  const changed = await staleArtifacts(repository, artifacts);
  for (const path of changed) {
    await mkdir(dirname(join(repository.root, path)), { recursive: true });
    await writeFile(join(repository.root, path), artifacts.get(path) as string);
  }
  return changed;
}

/** The paths whose committed text is not what the code says now. */
export async function staleArtifacts({ tree }: Repository, artifacts: Artifacts): Promise<string[]> {
  const paths = [...artifacts.keys()];
  const committed = await tree.read(paths);
  return paths.filter((path, i) => committed[i] !== artifacts.get(path));
}
