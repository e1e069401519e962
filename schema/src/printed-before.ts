import { createHash } from 'node:crypto';
import { glob, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { CannotRun } from './command.ts';
import { SETTINGS_FILE } from './settings.ts';

/** Where a repository keeps what its programs printed, from its root. */
const FOLDER = '.local/printed-sdl';

export interface PrintedBefore {
  /** What the program printed when everything it is made of was as it is now; null where that is not known. */
  sdl: string | null;
  /** Keeps what it prints now, in place of what was kept. */
  keep(sdl: string): Promise<void>;
}

/**
 * What a subgraph's program printed before. To ask all programs takes seconds, most of them for loading what serves
 * requests; one that is made of the same files, to the byte, prints the same. Throws CannotRun where `madeFrom` leaves
 * out the program itself.
 */
export async function printedBefore(
  root: string,
  { name, program, madeFrom }: { name: string; program: string; madeFrom: readonly string[] },
): Promise<PrintedBefore> {
  const files = await filesOf(root, madeFrom);
  if (!files.includes(program)) {
    throw new CannotRun(`${SETTINGS_FILE}: madeFrom of the subgraph ${name} has to match its program, ${program}.`);
  }
  const words = [program, process.version, process.env.NODE_OPTIONS ?? ''];
  const key = await keyOf(root, words, files);
  const path = join(root, FOLDER, `${name}.graphql`);
  const [first = '', ...rest] = (await readFile(path, 'utf8').catch(() => '')).split('\n');
  return {
    sdl: first === headOf(key) ? rest.join('\n') : null,
    async keep(sdl) {
      // A build that went on meanwhile may have changed what was asked.
      if ((await keyOf(root, words, await filesOf(root, madeFrom))) !== key) return;
      const whole = `${path}.${process.pid}`;
      await mkdir(dirname(path), { recursive: true });
      await writeFile(whole, `${headOf(key)}\n${sdl}`);
      // Nobody reads half of it, whoever else is printing.
      await rename(whole, path);
    },
  };
}

function headOf(key: string): string {
  return `# Printed by what has the SHA-256 ${key}.`;
}

async function filesOf(root: string, globs: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for await (const entry of glob([...globs], { cwd: root, withFileTypes: true })) {
    if (entry.isFile()) files.push(relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
  }
  return files.sort();
}

async function keyOf(root: string, words: readonly string[], files: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(words));
  const contents = await Promise.all(files.map((file) => readFile(join(root, file)).catch(() => null)));
  contents.forEach((content, i) => {
    hash.update(JSON.stringify([files[i], content?.length])).update(content ?? '');
  });
  return hash.digest('hex');
}
