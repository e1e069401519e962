import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { dropDatabases, type Shop, type ShopOptions, silent, startShop } from '@shop/local';
import { runServers } from './run-servers.ts';

/** The shop of one test file, on random ports, with databases of its own in the run's MySQL. */
export type TestShop = Shop;

export interface TestShopOptions extends Pick<ShopOptions, 'instances' | 'env'> {
  /** Wants a MySQL of its own, for tests that kill it. */
  ownMysql?: boolean;
}

/** Starts every process of the shop from its build, exactly as `npm start` does, and resolves when all are ready. */
export async function startTestShop({ ownMysql = false, ...options }: TestShopOptions = {}): Promise<TestShop> {
  const run = runServers();
  const id = randomBytes(4).toString('hex');
  const dir = join(run.dir, id);
  const databasePrefix = `s${id}_`;
  const mysql = ownMysql ? run.sources.mysql : { kind: 'address' as const, url: run.mysqlAdminUrl };
  const shop = await startShop({
    ...options,
    dir,
    databasePrefix,
    sources: { ...run.sources, mysql },
    templatesDir: run.templatesDir,
    ports: 'random',
    forTests: true,
    progress: silent,
  });
  return {
    ...shop,
    async close() {
      await shop.close();
      if (!ownMysql) await dropDatabases(run.mysqlAdminUrl, shop.databases);
      await rm(dir, { recursive: true, force: true });
    },
  };
}
