import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localDir, type Shop, type ShopOptions, silent, startShop } from '@shop/local';
import { startTestServers, type TestServer, type TestServers } from '@shop/testkit';
import { type Books, openBooks } from './crashes/books.ts';
import { ADMIN } from './running-shop.ts';
import { createWorld, type World } from './world.ts';

/** A whole shop for one test file, on servers that it may stop. */
export interface OwnShop {
  shop: Shop;
  servers: TestServers;
  world: World;
  /** Everything the shop writes, run.json included. */
  dir: string;
  /** Opens everybody's books; closed with the shop. */
  openBooks(): Promise<Books>;
  close(): Promise<void>;
}

export async function startOwnShop(options: Pick<ShopOptions, 'instances' | 'env'> = {}): Promise<OwnShop> {
  const dir = await mkdtemp(join(tmpdir(), 'shopgraph-own-'));
  const servers = await startTestServers({ redis: true, nats: true, ownMysql: true });
  const at = ({ url }: TestServer) => ({ kind: 'address' as const, url });
  const shop = await startShop({
    dir,
    sources: { mysql: at(servers.mysql), redis: at(servers.redis), nats: at(servers.nats) },
    templatesDir: join(localDir, 'servers'),
    ports: 'random',
    forTests: true,
    progress: silent,
    ...options,
  });
  await shop.createAdmin(ADMIN);
  const opened: Books[] = [];

  return {
    shop,
    servers,
    dir,
    world: createWorld(shop.gatewayUrl),
    async openBooks() {
      const [mysqlAdminUrl, natsUrl] = [servers.mysql.url, servers.nats.url];
      const books = await openBooks({ mysqlAdminUrl, natsUrl, dataPlatformUrl: shop.urlOf('dataPlatform') });
      opened.push(books);
      return books;
    },
    async close() {
      for (const books of opened) await books.close();
      await shop.close();
      await servers.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
