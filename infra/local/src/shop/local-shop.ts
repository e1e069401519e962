import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildAll } from '../build.ts';
import { loadDemoData } from '../demo/load.ts';
import { localDir } from '../paths.ts';
import { type Progress, printed } from '../progress.ts';
import { dropDatabases } from '../servers/databases.ts';
import { findServers } from '../servers/find-servers.ts';
import type { ServerSources } from '../servers/sources.ts';
import { type ServiceName, serviceNames, shopDatabases } from './service-list.ts';
import { type Shop, startShop } from './start-shop.ts';

export interface LocalShopOptions {
  fresh: boolean;
  instances?: Partial<Record<ServiceName, number>>;
  signal: AbortSignal;
}

/** Starts the shop of this working copy in `.local`, with demo data in it. */
export async function startLocalShop({ fresh, instances = {}, signal }: LocalShopOptions): Promise<Shop> {
  const dataDir = join(localDir, 'data');
  const loaded = join(dataDir, 'demo-loaded');
  // Demo data is all or nothing: what a run left half-way is in the way of the next.
  const anew = fresh || !existsSync(loaded);
  if (anew) rmSync(dataDir, { recursive: true, force: true });
  const [sources] = await Promise.all([findServers({ localDir, progress: printed }), buildAll(printed)]);
  if (anew) await emptyForeignServers(sources, printed);
  return startShop({
    dir: localDir,
    sources,
    templatesDir: join(localDir, 'servers'),
    ports: 'standard',
    ...gatewayPort(),
    instances,
    signal,
    progress: printed,
    async prepare(shop) {
      if (!anew) return;
      await loadDemo(shop);
      writeFileSync(loaded, `${new Date().toISOString()}\n`);
    },
  });
}

async function loadDemo({ gatewayUrl, createAdmin }: Omit<Shop, 'close'>): Promise<void> {
  await printed.step('demo data, through the gateway', () =>
    loadDemoData({ gatewayUrl, createAdmin, log: (line) => printed.say(`  ${line}`) }),
  );
}

/** Of servers that are not ours we only touch what is the shop's: its databases. */
async function emptyForeignServers({ mysql, redis, nats }: ServerSources, progress: Progress): Promise<void> {
  if (mysql.kind === 'address') {
    const accounts = shopDatabases.map((database) => ({ database, user: database }));
    await progress.step('dropping the shop’s databases', () => dropDatabases(mysql.url, accounts));
  }
  if (redis.kind === 'address' || nats.kind === 'address') {
    progress.say(
      '! Redis or NATS are somebody else’s: what earlier runs left there stays. Empty them for a clean start.',
    );
  }
}

function gatewayPort(): { gatewayPort?: number } {
  const given = process.env.PORT;
  if (given === undefined || given === '') return {};
  const port = Number(given);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new Error(`PORT=${given} is not a port.`);
  return { gatewayPort: port };
}

/** Reads `gateway=2,coupon=2`. */
export function parseInstances(text: string): Partial<Record<ServiceName, number>> {
  const pairs = text.split(',').map((pair): [string, number] => {
    const [name = '', count = ''] = pair.split('=');
    if (!serviceNames.includes(name as ServiceName) || !/^[1-9]\d?$/.test(count)) {
      throw new Error(`--instances ${pair}: say <service>=<number>, with one of ${serviceNames.join(', ')}.`);
    }
    return [name, Number(count)];
  });
  return Object.fromEntries(pairs);
}
