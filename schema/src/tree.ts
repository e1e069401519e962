import { execFile, spawn } from 'node:child_process';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CannotRun } from './command.ts';

const execute = promisify(execFile);

/** Files of one state of a repository, by their path from its root with `/` between folders. */
export interface Tree {
  /** How messages name it. */
  label: string;
  /** All files in a folder and in the folders of it, in order; none where there is no such folder. */
  list(folder: string): Promise<string[]>;
  /** The texts of files; null for what is not there. */
  read(paths: readonly string[]): Promise<(string | null)[]>;
}

/** The files as they lie in a folder. */
export function folderTree(root: string, label: string): Tree {
  return {
    label,
    async list(folder) {
      const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true }).catch(ifAbsent([]));
      return entries
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(join(root, '/').length).replaceAll('\\', '/'))
        .sort();
    },
    read: (paths) => Promise.all(paths.map((path) => readFile(join(root, path), 'utf8').catch(ifAbsent(null)))),
  };
}

function ifAbsent<T>(value: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return value;
    throw new CannotRun(`${error.path ?? 'A file'} cannot be read: ${error.message}`);
  };
}

/** The files of a commit. Throws CannotRun where git, the repository or the commit is missing. */
export async function gitTree(root: string, ref: string): Promise<Tree> {
  const commit = await resolveCommit(root, ref);
  if (commit === null) {
    throw new CannotRun(
      `There is no commit, file, folder or URL ${JSON.stringify(ref)}; a branch of the server may have to be fetched first (git fetch origin ${ref}).`,
    );
  }
  return {
    label: ref.startsWith(commit) ? commit.slice(0, 10) : `${ref} (${commit.slice(0, 10)})`,
    async list(folder) {
      const text = await git(root, ['ls-tree', '-r', '-z', '--name-only', commit, '--', `./${folder}`]);
      return text.split('\0').filter((path) => path !== '');
    },
    read: (paths) =>
      catFiles(
        root,
        paths.map((path) => `${commit}:./${path}`),
      ),
  };
}

/** The full hash of what `ref` names, or null. Throws CannotRun outside of a git repository. */
export async function resolveCommit(root: string, ref: string): Promise<string | null> {
  const inside = await git(root, ['rev-parse', '--git-dir']).catch(() => null);
  if (inside === null) {
    throw new CannotRun(
      `${root} is not in a git repository (or git is not installed), so there is no commit to compare with; name a file, a folder or a URL with --base.`,
    );
  }
  // "--" alone would not keep a ref that begins with a dash from being read as a flag.
  const hash = await git(root, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`]).catch(
    () => null,
  );
  return hash?.trim() ?? null;
}

/** The last commit both have in common, or null. */
export async function mergeBase(root: string, one: string, other: string): Promise<string | null> {
  const hash = await git(root, ['merge-base', one, other]).catch(() => null);
  return hash?.trim() || null;
}

async function git(root: string, args: readonly string[]): Promise<string> {
  const { stdout } = await execute('git', ['-C', root, ...args], { maxBuffer: 256 * 1024 * 1024 });
  return stdout;
}

/** One process for all files: 50 subgraphs would be 50 processes else. */
function catFiles(root: string, names: readonly string[]): Promise<(string | null)[]> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', ['-C', root, 'cat-file', '--batch'], { stdio: ['pipe', 'pipe', 'ignore'] });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', reject);
    child.on('close', () => resolve(readBatch(Buffer.concat(chunks), names.length)));
    child.stdin.end(names.map((name) => `${name}\n`).join(''));
  });
}

/** https://git-scm.com/docs/git-cat-file#_batch_output */
function readBatch(answer: Buffer, count: number): (string | null)[] {
  const texts: (string | null)[] = [];
  let at = 0;
  while (texts.length < count) {
    const end = answer.indexOf('\n', at);
    const [, type, size] = answer.toString('utf8', at, end).split(/ (?=blob \d+$|missing$)| (?=\d+$)/);
    at = end + 1;
    if (type !== 'blob') {
      texts.push(null);
      continue;
    }
    texts.push(answer.toString('utf8', at, at + Number(size)));
    at += Number(size) + 1;
  }
  return texts;
}

/** Whether something lies at `path`, and what. */
export async function kindOf(path: string): Promise<'file' | 'folder' | null> {
  const found = await stat(path).catch(() => null);
  if (!found) return null;
  return found.isDirectory() ? 'folder' : 'file';
}
