import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createProgress, findServers, keepPath, localDir, startShop, sweepPath } from '@shop/local';
import { ADMIN, publishShop } from './running-shop.ts';

/** Starts one whole shop for all e2e files of a run, as `npm start` does, on ports and data of its own. */
export default async function setUp(): Promise<void> {
  const progress = createProgress((line) => process.stderr.write(`${line}\n`));
  const dir = await mkdtemp(join(tmpdir(), 'shopgraph-e2e-'));
  // Whatever ends this process, Ctrl-C and SIGKILL included, the directory goes.
  sweepPath(dir);
  const sources = await findServers({ localDir, progress, addresses: false });
  const templatesDir = join(localDir, 'servers');
  const shop = await startShop({ dir, sources, templatesDir, ports: 'random', forTests: true, progress });
  await shop.createAdmin(ADMIN);
  publishShop({ gatewayUrl: shop.gatewayUrl, dataPlatformUrl: shop.urlOf('dataPlatform'), run: shop.run });
  globalThis.closeShop = async () => {
    await shop.close();
    await rm(dir, { recursive: true, force: true });
    keepPath(dir);
  };
}

declare global {
  var closeShop: (() => Promise<void>) | undefined;
}
