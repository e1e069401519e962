import { mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findServers, keepPath, localDir, type Progress, type Shop, startShop, sweepPath } from '@shop/local';
import { ADMIN } from '../e2e/running-shop.ts';
import { type AdminSql, openAdminSql } from './admin-sql.ts';

/** A private shop under measurement. */
export interface BenchShop {
  name: string;
  shop: Shop;
  admin: AdminSql;
  close(): Promise<void>;
}

export interface BenchShopOptions {
  name: string;
  /** Another working copy, whose built processes are measured in place of ours. */
  folder?: string | undefined;
  /** Added to the environment of every process. */
  env?: Record<string, string>;
  profileDir?: string | undefined;
  signal: AbortSignal;
  progress: Progress;
}

/** Starts a shop with the durability of `npm start` (not that of the tests), empty but for an ADMIN. */
export async function startBenchShop(options: BenchShopOptions): Promise<BenchShop> {
  const { name, folder, env, profileDir, signal, progress } = options;
  const dir = mkdtempSync(join(localDir, 'bench-'));
  sweepPath(dir);
  const start = folder === undefined ? startShop : await startShopOf(folder);
  const shop = await start({
    dir,
    sources: await findServers({ localDir, progress, addresses: false }),
    templatesDir: join(localDir, 'servers'),
    ports: 'random',
    forTests: false,
    env: {
      all: {
        // As in the images: elsewhere graphql-js looks closely at every object that is not of the type it asks for.
        NODE_ENV: 'production',
        LOG_LEVEL: 'warn',
        ...env,
        ...(profileDir !== undefined && {
          NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${join(resolve(profileDir), name)}`,
        }),
      },
    },
    signal,
    progress,
  });
  const close = async () => {
    await shop.close();
    rmSync(dir, { recursive: true, force: true });
    keepPath(dir);
  };
  try {
    await shop.createAdmin(ADMIN);
    const admin = await openAdminSql(shop.run);
    return { name, shop, admin, close: () => admin.close().then(close) };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Says what a commit costs here: numbers mean little without it. */
export async function durabilityOf({ admin }: BenchShop): Promise<string> {
  const [mysql] = await admin.rows<{ flush: number; binlog: number; doublewrite: string; version: string }>(
    `SELECT @@innodb_flush_log_at_trx_commit AS \`flush\`, @@log_bin * @@sync_binlog AS \`binlog\`,
            @@innodb_doublewrite AS doublewrite, VERSION() AS version`,
  );
  return (
    `as npm start: MySQL ${mysql?.version} innodb_flush_log_at_trx_commit=${mysql?.flush}, sync_binlog=${mysql?.binlog}, ` +
    `innodb_doublewrite=${mysql?.doublewrite}; NATS sync_interval=always; Redis appendonly=yes`
  );
}

async function startShopOf(folder: string): Promise<typeof startShop> {
  const theirs: { startShop: typeof startShop } = await import(
    pathToFileURL(resolve(folder, 'infra/local/src/index.ts')).href
  );
  return theirs.startShop;
}
