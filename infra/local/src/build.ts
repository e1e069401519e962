import { join } from 'node:path';
import { compilerErrors } from './compiler-errors.ts';
import { rootDir } from './paths.ts';
import { run } from './processes/run.ts';
import type { Progress } from './progress.ts';
import { readWorkspaces } from './workspaces.ts';

/**
 * Builds every workspace whose content has changed since its last build. Rejects with what the compiler found wrong in how
 * something is written: files are compiled one by one, and nothing is read that they import; `npm run check` looks at types.
 */
export async function buildAll(progress: Progress): Promise<void> {
  await progress.step('build (what has not changed is skipped)', async () => {
    const { ok, stdout, stderr } = await run(
      join(rootDir, 'node_modules/.bin/turbo'),
      ['run', 'build', '--output-logs=errors-only', '--log-prefix=task', '--ui=stream'],
      { cwd: rootDir, env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1', NODE_OPTIONS: '' } },
    );
    if (ok) return;
    const folders = new Map(readWorkspaces().map(({ name, folder }) => [name, folder]));
    const errors = compilerErrors(stdout, folders);
    throw new Error(`The build failed:\n${errors.length > 0 ? errors.join('\n') : `${stdout}${stderr}`}`);
  });
}
