import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Progress } from '@shop/local';
import { runOrThrow } from '@shop/local';

export const rivalsDir = join(import.meta.dirname, 'rivals');

/** Installs the other gateways from their lock file, unless they are there: they are no dependencies of the project. */
export async function installRivals(progress: Progress): Promise<void> {
  // npm writes this file last.
  if (existsSync(join(rivalsDir, 'node_modules/.package-lock.json'))) return;
  const command = ['ci', '--ignore-scripts', '--no-audit', '--no-fund'];
  await progress.step('install of the other gateways (once, 680 MB, minutes)', () =>
    runOrThrow('npm', command, { cwd: rivalsDir }),
  );
}
