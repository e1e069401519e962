import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CannotRun } from '../command.ts';
import { appendHistory, type HistoryEntry, readHistory } from './history.ts';

/** Who publishes, and from where. */
export type Publisher = Pick<HistoryEntry, 'by' | 'commit'>;

const LATEST = 'latest.graphql';
const SHORTEST_PREFIX = 6;

/**
 * Keeps a supergraph in a folder for good, as `<sha256>.graphql`, and makes it the latest. Published is what the history
 * names: until its line is written, the one before is the latest, whoever dies half-way or publishes at the same time.
 */
export async function publish(
  dir: string,
  sdl: string,
  publisher: Publisher,
): Promise<{ hash: string; isNew: boolean }> {
  const hash = hashOf(sdl);
  await mkdir(dir, { recursive: true });
  if ((await latestHash(dir)) === hash) {
    // Somebody may have changed or removed it: to publish it again mends it.
    await readArtifact(dir, hash).catch(() => writeWhole(dir, fileOf(hash), sdl));
    await copyLatest(dir);
    return { hash, isNew: false };
  }
  await writeWhole(dir, fileOf(hash), sdl);
  await makeLatest(dir, 'publish', hash, publisher);
  return { hash, isNew: true };
}

/** Makes one that was published before the latest again; `prefix` is enough of its hash to tell it. Throws CannotRun. */
export async function rollBack(dir: string, prefix: string, publisher: Publisher): Promise<string> {
  const hashes = new Set((await readHistory(dir)).map(({ hash }) => hash));
  const [hash, ...others] = [...hashes].filter((each) => each.startsWith(prefix));
  if (hash === undefined || prefix.length < SHORTEST_PREFIX || others.length > 0) {
    const problem = others.length > 0 ? 'stands for several artifacts' : 'is none that was published';
    throw new CannotRun(
      `${prefix} ${problem} to ${dir}; --list shows what was, and ${SHORTEST_PREFIX} characters of a hash are needed.`,
    );
  }
  await readArtifact(dir, hash);
  await makeLatest(dir, 'rollback', hash, publisher);
  return hash;
}

/** Null where nothing is published. */
export async function latestHash(dir: string): Promise<string | null> {
  return (await readHistory(dir)).at(-1)?.hash ?? null;
}

/** Throws CannotRun for one that is missing, or is not any more what it was. */
export async function readArtifact(dir: string, hash: string): Promise<string> {
  const file = join(dir, fileOf(hash));
  const sdl = await readFile(file, 'utf8').catch((error: Error) => {
    throw new CannotRun(`${file} cannot be read: ${error.message}`);
  });
  if (hashOf(sdl) === hash) return sdl;
  throw new CannotRun(`${file} has been changed since it was published: publish it again from its commit.`);
}

async function makeLatest(dir: string, action: HistoryEntry['action'], hash: string, publisher: Publisher) {
  await appendHistory(dir, { at: new Date().toISOString(), action, hash, ...publisher });
  await copyLatest(dir).catch((error: Error) => {
    throw new CannotRun(
      `${hash} is the latest in ${dir}, but its copy ${LATEST} could not be written, for those who serve plain files: ${error.message}; do it again when that is mended.`,
    );
  });
}

/** For those who serve the folder as plain files: a copy of the latest. */
async function copyLatest(dir: string): Promise<void> {
  for (let copied: string | null = null; ; ) {
    const hash = await latestHash(dir);
    // Another may have published meanwhile, and its copy been replaced by ours.
    if (hash === null || hash === copied) return;
    await writeWhole(dir, LATEST, await readArtifact(dir, hash));
    copied = hash;
  }
}

/** Whole or not at all, also when the machine stops. */
async function writeWhole(dir: string, name: string, text: string): Promise<void> {
  const draft = join(dir, `.${name}.${randomUUID()}`);
  try {
    const file = await open(draft, 'wx');
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, join(dir, name));
  } finally {
    await rm(draft, { force: true });
  }
}

function fileOf(hash: string): string {
  return `${hash}.graphql`;
}

function hashOf(sdl: string): string {
  return createHash('sha256').update(sdl).digest('hex');
}
