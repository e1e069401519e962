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
      const paths = await Promise.all(entries.map((entry) => join(entry.parentPath, entry.name)).map(ifFile));
      return paths
        .filter((path) => path !== null)
        .map((path) => path.slice(join(root, '/').length).replaceAll('\\', '/'))
        .sort();
    },
    read: (paths) => Promise.all(paths.map((path) => readFile(join(root, path), 'utf8').catch(ifAbsent(null)))),
  };
}

/** A link to a file counts as one, as in a commit. */
async function ifFile(path: string): Promise<string | null> {
  return (await kindOf(path)) === 'file' ? path : null;
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
      `There is no commit, file, folder or URL ${JSON.stringify(ref)}; a branch of the server may have to be fetched first (git fetch origin ${ref.replace(/^origin\//, '')}).`,
    );
  }
  return {
    label: ref.startsWith(commit) ? commit.slice(0, 10) : `${ref} (${commit.slice(0, 10)})`,
    async list(folder) {
      const args = ['ls-tree', '-r', '-z', '--name-only', commit, '--', `./${folder}`];
      const text = await git(root, args).catch((error: Error) => {
        throw unreadable(commit, error.message);
      });
      return text.split('\0').filter((path) => path !== '');
    },
    read: (paths) =>
      catFiles(
        root,
        paths.map((path) => `${commit}:./${path}`),
      ).catch((error: Error) => {
        throw unreadable(commit, error.message);
      }),
  };
}

/** As where part of a clone was not fetched, and the server is away. */
function unreadable(commit: string, reason: string): CannotRun {
  const [, said = reason] = /^(?:fatal|error): (.*)/m.exec(reason) ?? [];
  return new CannotRun(`git cannot read what was committed in ${commit.slice(0, 10)}: ${said}`);
}

/** The full hash of what `ref` names, or null. Throws CannotRun outside of a git repository. */
export async function resolveCommit(root: string, ref: string): Promise<string | null> {
  await git(root, ['rev-parse', '--git-dir']).catch((error: Error) => {
    // As where the repository is somebody else's, in a container.
    const [, said = 'git is not installed'] = /^fatal: (.*)/m.exec(error.message) ?? [];
    throw new CannotRun(
      `There is no commit of ${root} to compare with (${said}); name a file, a folder or a URL with --base.`,
    );
  });
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
    const child = spawn('git', ['-C', root, 'cat-file', '--batch', '--follow-symlinks']);
    const chunks: Buffer[] = [];
    let complaint = '';
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => {
      complaint += chunk.toString();
    });
    child.on('error', reject);
    // One that has ended takes nothing any more; why it has is told by what it wrote.
    child.stdin.on('error', () => {});
    child.on('close', (code) => {
      try {
        if (code !== 0) throw new Error(complaint.trim() || `git cat-file ended with ${code}`);
        resolve(readBatch(Buffer.concat(chunks), names.length));
      } catch (error) {
        reject(error);
      }
    });
    child.stdin.end(names.map((name) => `${name}\n`).join(''));
  });
}

/** https://git-scm.com/docs/git-cat-file#_batch_output */
function readBatch(answer: Buffer, count: number): (string | null)[] {
  const texts: (string | null)[] = [];
  let at = 0;
  while (texts.length < count) {
    const end = answer.indexOf('\n', at);
    const head = answer.toString('utf8', at, end);
    at = end + 1;
    // A link to nowhere, or out of the repository: what it says follows.
    const [, length] = /^(?:symlink|dangling|loop|notdir) (\d+)$/.exec(head) ?? [];
    if (length !== undefined) {
      texts.push(null);
      at += Number(length) + 1;
      continue;
    }
    const [, type, size] = head.split(/ (?=blob \d+$|missing$)| (?=\d+$)/);
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
