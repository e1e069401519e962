import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const entry = z.object({
  /** When, as ISO 8601 in UTC. */
  at: z.string(),
  action: z.enum(['publish', 'rollback']),
  /** SHA-256 of the artifact that was made the latest. */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  by: z.string(),
  /** Of the repository it was composed in; ends with `-dirty` where files were not committed. Null outside of git. */
  commit: z.string().nullable(),
});

/** That an artifact was made the latest, and by whom. */
export type HistoryEntry = z.infer<typeof entry>;

const FILE = 'history.jsonl';

/** What was published to a folder, in order: its last entry says what is the latest. None where nothing was. */
export async function readHistory(dir: string): Promise<HistoryEntry[]> {
  const text = await readFile(join(dir, FILE), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return text.split('\n').flatMap(readLine);
}

/** Half a line is left by a publisher that died while it wrote: nothing was published then. */
function readLine(line: string): HistoryEntry[] {
  try {
    return [entry.parse(JSON.parse(line))];
  } catch {
    return [];
  }
}

/** Appends in one write, which publishers at the same time cannot tear apart: one of them comes last. */
export async function appendHistory(dir: string, added: HistoryEntry): Promise<void> {
  const file = await open(join(dir, FILE), 'a');
  try {
    // What another left unfinished must not swallow this line.
    await file.write(`\n${JSON.stringify(added)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}
