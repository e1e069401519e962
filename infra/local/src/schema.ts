import { join } from 'node:path';
import { buildAll } from './build.ts';
import { rootDir } from './paths.ts';
import { runInView } from './processes/run-in-view.ts';
import { printed } from './progress.ts';

/** Hands over to the schema workspace, which reads the subgraphs' builds. */
export async function runSchema(command: 'print' | 'check', flags: readonly string[] = []): Promise<number> {
  await buildAll(printed);
  return runInView(process.execPath, ['--conditions=source', join(rootDir, 'schema/src/main.ts'), command, ...flags]);
}
