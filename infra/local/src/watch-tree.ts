import { type FSWatcher, readdirSync, statSync, watch } from 'node:fs';
import { join } from 'node:path';

/**
 * Calls back when something changes in a folder or below it. Each folder has a watch of its own: the recursive one of Node
 * loses a file on Linux, for good, as soon as an editor saves it by putting a new one in its place.
 */
export function watchTree(root: string, signal: AbortSignal, changed: () => void): void {
  const watchers = new Map<string, FSWatcher>();
  const unwatch = (folder: string): void => {
    watchers.get(folder)?.close();
    watchers.delete(folder);
  };
  const watchFolder = (folder: string): void => {
    unwatch(folder);
    const noticed = (event: string, name: string | null): void => {
      changed();
      if (event !== 'rename' || name === null) return;
      // It has come or gone, or is another one than before.
      const path = join(folder, name);
      if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) watchFolder(path);
      else unwatch(path);
    };
    // A folder may be gone again before it is watched.
    const watcher = watch(folder, { signal }, noticed).on('error', () => unwatch(folder));
    watchers.set(folder, watcher);
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.isDirectory()) watchFolder(join(folder, entry.name));
    }
  };
  watchFolder(root);
}
