import { parseArgs } from 'node:util';
import { localDir } from '../paths.ts';
import { stopRequest, untilAborted } from '../processes/stop-request.ts';
import { printed } from '../progress.ts';
import { runTask } from '../run-task.ts';
import { parseInstances, startLocalShop } from '../shop/local-shop.ts';
import { takeRunnerLock } from '../shop/runner-lock.ts';
import { welcome } from '../shop/welcome.ts';

await runTask(async () => {
  const { values } = parseArgs({
    options: { fresh: { type: 'boolean', default: false }, instances: { type: 'string' } },
  });
  const instances = values.instances === undefined ? {} : parseInstances(values.instances);
  const signal = stopRequest();
  const lock = takeRunnerLock(localDir);
  try {
    const shop = await startLocalShop({ fresh: values.fresh, instances, signal });
    if (!signal.aborted) process.stdout.write(welcome(shop));
    await untilAborted(signal);
    printed.say(`stopping (${signal.reason}) …`);
    await shop.close();
    printed.say('everything is stopped');
  } catch (error) {
    if (!signal.aborted) throw error;
    printed.say(`stopped before it was ready (${signal.reason})`);
  } finally {
    lock.release();
  }
});
