import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { buildAll } from '../build.ts';
import { rootDir } from '../paths.ts';
import { runInView } from '../processes/run-in-view.ts';
import { printed } from '../progress.ts';
import { runTask } from '../run-task.ts';

await runTask(async () => {
  const [name = '', ...flags] = process.argv.slice(2);
  const file = join(rootDir, 'tests/bench', `${name}.bench.ts`);
  if (!/^[a-z]+(-[a-z]+)*$/.test(name) || !existsSync(file))
    throw new Error('Say what to measure: `npm run bench -- orders`.');
  await buildAll(printed);
  return runInView(process.execPath, ['--conditions=source', '--disable-warning=ExperimentalWarning', file, ...flags]);
});
