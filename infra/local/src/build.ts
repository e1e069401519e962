import { join } from 'node:path';
import { rootDir } from './paths.ts';
import { run } from './processes/run.ts';
import type { Progress } from './progress.ts';

/** Builds every workspace whose content has changed since its last build. */
export async function buildAll(progress: Progress): Promise<void> {
  await progress.step('build (what has not changed is skipped)', async () => {
    const { ok, stdout, stderr } = await run(
      join(rootDir, 'node_modules/.bin/turbo'),
      ['run', 'build', '--output-logs=errors-only', '--log-prefix=none', '--ui=stream'],
      { cwd: rootDir, env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1', NODE_OPTIONS: '' } },
    );
    if (!ok) throw new Error(`The build failed:\n${stdout}${stderr}`);
  });
}
