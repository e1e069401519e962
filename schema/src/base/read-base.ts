import { readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { CannotRun, type Option } from '../command.ts';
import { CompositionError, compose } from '../composition/compose.ts';
import { readOperations } from '../registered-operations.ts';
import { type Repository, readSubgraphs, type SourceFile, type Subgraph } from '../repository.ts';
import { parseSettings, SETTINGS_FILE, type Settings } from '../settings.ts';
import { folderTree, gitTree, kindOf, mergeBase, resolveCommit, type Tree } from '../tree.ts';
import type { Base } from './base.ts';
import { type ReadSchema, readSchema } from './read-supergraph.ts';

export const BASE_OPTION = {
  type: 'string',
  value: '<base>',
  description:
    'what to compare with: a git ref, a folder, a file or URL of a supergraph or an API schema (where the branch left main)',
} as const satisfies Option;

/** How long a server may take to send its supergraph. */
const FETCH_TIMEOUT_MS = 20_000;

/** Reads the schema to compare with. Throws CannotRun where there is none, or it cannot be read. */
export async function readBase(repository: Repository, cwd: string, base: string): Promise<Base> {
  // As where a variable is not set: it would be the folder one is in, which is nothing to compare with.
  if (base === '')
    throw new CannotRun('--base is empty; name a git ref, a folder, a file or a URL, or leave the flag out.');
  if (/^https?:\/\//.test(base)) return readText(await fetched(base));
  const path = resolve(cwd, base);
  const kind = await kindOf(path);
  if (kind === 'file') return readText({ file: base, text: await textOf(path, base) });
  const tree = kind === 'folder' ? await treeOfFolder(path, base) : await gitTree(repository.root, base);
  try {
    return await readTree(tree, repository.settings);
  } catch (error) {
    if (!(error instanceof CannotRun || error instanceof CompositionError)) throw error;
    throw new CannotRun(`The base ${tree.label} cannot be read: ${error.message.replaceAll(/\n\s*/g, ' ')}`);
  }
}

/**
 * The base that is named, or else where the branch left the default branch of the repository; null where git does not tell,
 * or there was no schema yet.
 */
export async function baseOrNone(repository: Repository, cwd: string, named: string | undefined): Promise<Base | null> {
  if (named !== undefined) return readBase(repository, cwd, named);
  const found = await findBase(repository);
  if (found === null) return null;
  const files = await (await gitTree(repository.root, found)).list('schema/subgraphs');
  return files.length === 0 ? null : readBase(repository, cwd, found);
}

/**
 * Where the branch left the default branch of the repository, and HEAD on that branch itself, where all that can be compared
 * is what is not committed; null where git does not tell.
 */
export async function findBase({ root }: Repository): Promise<string | null> {
  const candidates = ['origin/HEAD', 'origin/main', 'main', 'origin/master', 'master'];
  for (const branch of candidates) {
    const commit = await resolveCommit(root, branch).catch(() => null);
    const left = commit && (await mergeBase(root, 'HEAD', commit));
    if (left) return left === (await resolveCommit(root, 'HEAD')) ? 'HEAD' : left;
  }
  return null;
}

async function textOf(path: string, label: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: Error) => {
    throw new CannotRun(`The base ${label} cannot be read: ${error.message}`);
  });
}

async function readText(source: SourceFile): Promise<Base> {
  return { label: source.file, subgraphs: null, operations: [], ...readSchema(source) };
}

async function fetched(url: string): Promise<SourceFile> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) });
    if (!response.ok) throw new Error(`the server answers ${response.status}`);
    return { file: url, text: await response.text() };
  } catch (error) {
    const { message, cause } = error as Error;
    throw new CannotRun(`${url} cannot be read: ${cause instanceof Error && cause.message ? cause.message : message}.`);
  }
}

/** A copy of a repository, or of its folder schema/ alone. */
async function treeOfFolder(path: string, label: string): Promise<Tree> {
  const isDirectory = async (folder: string) =>
    (await stat(join(path, folder)).catch(() => null))?.isDirectory() ?? false;
  if (await isDirectory('schema/subgraphs')) return folderTree(path, label);
  if (basename(path) === 'schema' && (await isDirectory('subgraphs'))) return folderTree(resolve(path, '..'), label);
  throw new CannotRun(`${label} has no schema/subgraphs, so it is no repository to compare with.`);
}

async function readTree(tree: Tree, settingsNow: Settings): Promise<Base> {
  const settings = await settingsOf(tree, settingsNow);
  const subgraphs = await readSubgraphs(tree, settings);
  if (subgraphs.length === 0) throw new CannotRun('it has no schema/subgraphs/*.graphql.');
  const [supergraphSdl] = await tree.read(['schema/supergraph.graphql']);
  const operations = await readOperations(tree, settings);
  const schema = composedOr(subgraphs, supergraphSdl ?? null);
  return { label: tree.label, subgraphs, operations, apiSchema: schema.apiSchema, supergraphSdl: schema.supergraphSdl };
}

/**
 * What its subgraphs make, whatever else lies in git: a supergraph that nobody has written again would hide what changes.
 * It is taken where composition has become stricter since.
 */
function composedOr(subgraphs: readonly Subgraph[], supergraphSdl: string | null): ReadSchema {
  try {
    return compose(subgraphs);
  } catch (error) {
    if (!(error instanceof CompositionError) || supergraphSdl === null) throw error;
    return readSchema({ file: 'schema/supergraph.graphql', text: supergraphSdl });
  }
}

/** Before there were settings, the subgraphs were the files there are, at addresses nobody wrote down. */
async function settingsOf(tree: Tree, settingsNow: Settings): Promise<Settings> {
  const [text] = await tree.read([SETTINGS_FILE]);
  if (typeof text === 'string') return parseSettings(text);
  const files = await tree.list('schema/subgraphs');
  const names = files.flatMap((file) => /^schema\/subgraphs\/([^/]+)\.graphql$/.exec(file)?.[1] ?? []);
  const subgraphs: Record<Subgraph['name'], { url: string }> = Object.fromEntries(
    names.map((name) => [name, { url: '' }]),
  );
  return { ...settingsNow, subgraphs };
}
