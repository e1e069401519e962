import { runTask } from '../run-task.ts';
import { runSchema } from '../schema.ts';

await runTask(() => runSchema('print'));
