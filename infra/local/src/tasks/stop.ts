import { setTimeout as delay } from 'node:timers/promises';
import { localDir } from '../paths.ts';
import { printed } from '../progress.ts';
import { runTask } from '../run-task.ts';
import { runnerOf } from '../shop/runner-lock.ts';

// Gateways, services and stand-ins one after the other, 20 s each, then MySQL, 30 s.
const patienceMs = 90_000;

await runTask(async () => {
  const pid = runnerOf(localDir);
  if (pid === null) {
    process.stdout.write('The shop is not running.\n');
    return;
  }
  await printed.step(`stopping the shop (runner ${pid})`, async () => {
    process.kill(pid, 'SIGTERM');
    const deadline = Date.now() + patienceMs;
    while (runnerOf(localDir) === pid) {
      if (Date.now() > deadline)
        throw new Error(`The runner (pid ${pid}) is still there after ${patienceMs / 1000} s.`);
      await delay(50);
    }
  });
});
