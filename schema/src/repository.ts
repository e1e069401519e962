import { readFile } from 'node:fs/promises';
import { dirname, join, matchesGlob } from 'node:path';
import { CannotRun } from './command.ts';
import { parseSettings, SETTINGS_FILE, type Settings } from './settings.ts';
import { folderTree, type Tree } from './tree.ts';

/** A repository that keeps its schema in git. */
export interface Repository {
  /** Absolute path. */
  root: string;
  settings: Settings;
  /** The files as they lie there now. */
  tree: Tree;
}

export interface Subgraph {
  name: string;
  url: string;
  sdl: string;
  /** From the root. */
  file: string;
}

/** A text of the repository with its place, for messages. */
export interface SourceFile {
  /** From the root. */
  file: string;
  text: string;
}

/** Finds the repository `cwd` lies in: the nearest folder upwards with schema/shop-schema.json. Throws CannotRun. */
export async function openRepository(cwd: string): Promise<Repository> {
  for (let root = cwd; ; root = dirname(root)) {
    const text = await readFile(join(root, SETTINGS_FILE), 'utf8').catch(() => null);
    if (text !== null) return { root, settings: parseSettings(text), tree: folderTree(root, 'the working tree') };
    if (root === dirname(root)) {
      throw new CannotRun(
        `There is no ${SETTINGS_FILE} in ${cwd} or above it; go to a repository that has one, or write one (see docs/schema-checks.md).`,
      );
    }
  }
}

/** Where the SDL of a subgraph lies, from the root. */
export function subgraphFile(name: string): string {
  return `schema/subgraphs/${name}.graphql`;
}

/** The subgraphs of a tree: those the settings name, read from schema/subgraphs. Throws CannotRun for one that is missing. */
export async function readSubgraphs(tree: Tree, settings: Settings): Promise<Subgraph[]> {
  const named = Object.entries(settings.subgraphs);
  const texts = await tree.read(named.map(([name]) => subgraphFile(name)));
  return named.map(([name, { url }], i) => {
    const file = subgraphFile(name);
    const sdl = texts[i];
    if (typeof sdl !== 'string') {
      throw new CannotRun(`${file} is missing in ${tree.label}, though ${SETTINGS_FILE} names the subgraph ${name}.`);
    }
    return { name, url, sdl, file };
  });
}

/** The registered operations and manifests of a tree, unread: `*.graphql` texts and `*.json` manifests. */
export async function readOperationFiles(tree: Tree, settings: Settings): Promise<SourceFile[]> {
  const files = new Set<string>();
  for (const pattern of settings.operations) {
    const folder = pattern.slice(0, pattern.search(/[*?[{]|$/)).replace(/[^/]*$/, '');
    for (const file of await tree.list(folder)) if (matchesGlob(file, pattern)) files.add(file);
  }
  const paths = [...files].sort();
  const texts = await tree.read(paths);
  return paths.map((file, i) => ({ file, text: texts[i] ?? '' }));
}
