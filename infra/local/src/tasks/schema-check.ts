import { runTask } from '../run-task.ts';
import { runSchema } from '../schema.ts';

await runTask(() => runSchema('check', process.argv.slice(2)));
