import { readFile, stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { SupergraphSource } from './supergraph-source.ts';

export interface SupergraphFileSettings {
  path: string;
}

const POLL_MS = 1_000;

/** How long a file is to stay as it is before it is read: whoever writes it may not have done. */
const SETTLED_MS = 100;

/** SUPERGRAPH_PATH. Polling also sees a file that is replaced by rename or mounted into a container, where fs.watch goes deaf. */
export function supergraphFile({ path }: SupergraphFileSettings): SupergraphSource {
  let read: string | null = null;

  async function settled(signal: AbortSignal): Promise<string> {
    for (let before = await stampOf(path); ; ) {
      await pause(SETTLED_MS, undefined, { signal });
      const now = await stampOf(path);
      if (now === before) return now;
      before = now;
    }
  }

  return {
    name: `SUPERGRAPH_PATH: ${path}`,
    waits: false,
    async look(signal) {
      let stamp = await stampOf(path);
      if (stamp === read) return null;
      // The first one was there before this process.
      if (read !== null) stamp = await settled(signal);
      const text = await readFile(path, 'utf8');
      read = stamp;
      return text;
    },
    pauseMs: () => POLL_MS,
  };
}

/** Changes whenever the file does. */
async function stampOf(path: string): Promise<string> {
  const { ino, mtimeNs, size } = await stat(path, { bigint: true });
  return `${ino} ${mtimeNs} ${size}`;
}
