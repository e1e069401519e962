import { buildAll } from '../build.ts';
import { printed } from '../progress.ts';
import { runTask } from '../run-task.ts';

await runTask(() => buildAll(printed));
