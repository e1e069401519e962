import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rootDir } from './paths.ts';

interface Workspace {
  name: string;
  /** Its folder in the repository. */
  folder: string;
  dependencies: string[];
}

/** Every workspace that has sources. */
export function readWorkspaces(): Workspace[] {
  const { workspaces } = readPackage(rootDir);
  return globSync(workspaces as string[], { cwd: rootDir })
    .filter((folder) => existsSync(join(rootDir, folder, 'src')))
    .map((folder) => {
      const { name, dependencies = {} } = readPackage(join(rootDir, folder));
      return { name: name as string, folder, dependencies: Object.keys(dependencies as object) };
    });
}

/** The folders of the workspaces that a change in `folder` concerns: itself, and all that are built on it. */
export function dependentsOf(folder: string, workspaces: readonly Workspace[]): Set<string> {
  const concerned = new Set(workspaces.filter((each) => each.folder === folder));
  // A set that grows while it is walked: dependents of dependents come along.
  for (const { name } of concerned) {
    for (const each of workspaces) if (each.dependencies.includes(name)) concerned.add(each);
  }
  return new Set([...concerned].map((each) => each.folder));
}

function readPackage(folder: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}
