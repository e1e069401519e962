import { watch } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { buildAll } from '../build.ts';
import { localDir, rootDir } from '../paths.ts';
import { stopRequest, untilAborted } from '../processes/stop-request.ts';
import { printed } from '../progress.ts';
import { runTask } from '../run-task.ts';
import { startLocalShop } from '../shop/local-shop.ts';
import { takeRunnerLock } from '../shop/runner-lock.ts';
import { serviceNames, serviceSpecs } from '../shop/service-list.ts';
import type { Shop } from '../shop/start-shop.ts';
import { watchTree } from '../watch-tree.ts';
import { dependentsOf, readWorkspaces } from '../workspaces.ts';

// An editor writes several files at once, and each of them more than once.
const settleMs = 200;

await runTask(async () => {
  const { values } = parseArgs({ options: { fresh: { type: 'boolean', default: false } } });
  const signal = stopRequest();
  const lock = takeRunnerLock(localDir);
  try {
    const shop = await startLocalShop({ fresh: values.fresh, signal });
    rebuildOnChange(shop, signal);
    printed.say(`✓ ${shop.gatewayUrl}; watching for changes`);
    await untilAborted(signal);
    printed.say(`stopping (${signal.reason}) …`);
    await shop.close();
    printed.say('everything is stopped');
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    lock.release();
  }
});

/** Builds what changes and restarts the processes that run it. */
function rebuildOnChange(shop: Shop, signal: AbortSignal): void {
  const workspaces = readWorkspaces();
  const changed = new Set<string>();
  let isBusy = false;
  const rebuild = async (): Promise<void> => {
    if (isBusy) return;
    isBusy = true;
    while (changed.size > 0 && !signal.aborted) {
      await delay(settleMs);
      const concerned = new Set([...changed].flatMap((folder) => [...dependentsOf(folder, workspaces)]));
      changed.clear();
      await rebuildAndRestart(shop, concerned).catch((error: Error) => {
        // A file that was saved again meanwhile was perhaps half written: what it holds now is to be judged.
        if (changed.size === 0) printed.say(`! ${error.message}\n          What ran goes on; save again.`);
      });
    }
    isBusy = false;
  };
  const noticed = (folder: string) => (): void => {
    changed.add(folder);
    void rebuild();
  };
  for (const { folder } of workspaces) {
    watchTree(join(rootDir, folder, 'src'), signal, noticed(folder));
  }
  watch(join(rootDir, 'schema'), { signal }, (_event, file) => {
    if (file === 'supergraph.graphql') noticed(serviceSpecs.gateway.workspace)();
  });
}

async function rebuildAndRestart(shop: Shop, concerned: ReadonlySet<string>): Promise<void> {
  await buildAll(printed);
  const services = serviceNames.filter((name) => concerned.has(serviceSpecs[name].workspace));
  await Promise.all(services.map((name) => shop.restart(name)));
}
