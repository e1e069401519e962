import { join } from 'node:path';
import { createProgress, startShop } from '@shop/local';
import { runServers } from '@shop/testkit';
import startRunServers from '@shop/testkit/global-setup';
import { ADMIN, publishShop } from './running-shop.ts';

/** Starts one whole shop for all e2e files of a run, as `npm start` does, on ports and data of its own. */
export default async function setUp(): Promise<void> {
  await startRunServers();
  const { mysqlAdminUrl, sources, templatesDir, dir } = runServers();
  const shop = await startShop({
    dir: join(dir, 'shop'),
    sources: { ...sources, mysql: { kind: 'address', url: mysqlAdminUrl } },
    templatesDir,
    ports: 'random',
    forTests: true,
    progress: createProgress((line) => process.stderr.write(`${line}\n`)),
  });
  await shop.createAdmin(ADMIN);
  publishShop({
    gatewayUrl: shop.gatewayUrl,
    dataPlatformUrl: shop.urlOf('dataPlatform'),
    paymentProviderUrl: shop.urlOf('paymentProvider'),
    run: shop.run,
  });
  globalThis.closeShop = shop.close;
}

declare global {
  var closeShop: (() => Promise<void>) | undefined;
}
