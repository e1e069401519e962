import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Generated text by its path from the repository's root. */
export type Artifacts = Map<string, string>;

export async function writeArtifacts(artifacts: Artifacts): Promise<string[]> {
  const changed = await staleArtifacts(artifacts);
  for (const path of changed) {
    await mkdir(dirname(join(ROOT, path)), { recursive: true });
    await writeFile(join(ROOT, path), artifacts.get(path) as string);
  }
  return changed;
}

/** The paths whose committed text is not what the code says now. */
export async function staleArtifacts(artifacts: Artifacts): Promise<string[]> {
  const stale: string[] = [];
  for (const [path, text] of artifacts) {
    const committed = await readFile(join(ROOT, path), 'utf8').catch(() => null);
    if (committed !== text) stale.push(path);
  }
  return stale;
}
