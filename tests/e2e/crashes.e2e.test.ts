import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localDir, type Shop, silent, startShop } from '@shop/local';
import { eventually, startTestServers, type TestServer, type TestServers } from '@shop/testkit';
import { type Books, openBooks } from './crashes/books.ts';
import { createDice } from './crashes/dice.ts';
import { faultsOf } from './crashes/faults.ts';
import { createJournal, type Entry, type Journal } from './crashes/journal.ts';
import { lies } from './crashes/lies.ts';
import { setScene, shop as shopUntil } from './crashes/load.ts';
import { ADMIN } from './running-shop.ts';
import { createWorld } from './world.ts';

// A run is repeated with its seed: what clients want and who is killed fall alike, though not to the millisecond.
const { CRASH_SEED: seed = '20260211' } = process.env;

let servers: TestServers;
let shop: Shop;
let dir: string;
let books: Books;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'shopgraph-crashes-'));
  servers = await startTestServers({ redis: true, nats: true, ownMysql: true });
  const at = ({ url }: TestServer) => ({ kind: 'address' as const, url });
  shop = await startShop({
    dir,
    sources: { mysql: at(servers.mysql), redis: at(servers.redis), nats: at(servers.nats) },
    templatesDir: join(localDir, 'servers'),
    ports: 'random',
    forTests: true,
    progress: silent,
  });
  await shop.createAdmin(ADMIN);
}, 90_000);

afterAll(async () => {
  await books?.close();
  await shop?.close();
  await servers?.close();
  await rm(dir, { recursive: true, force: true });
}, 60_000);

it(`keeps money, stock, coupons and events whole while processes are killed and servers go away (CRASH_SEED=${seed})`, async () => {
  const scene = await setScene(createWorld(shop.gatewayUrl));
  const journal = createJournal();
  const stop = new AbortController();
  const shopping = shopUntil(scene, journal, createDice(Number(seed)), stop.signal);
  for (const { happen } of faultsOf(dir, servers, createDice(Number(seed) + 1))) {
    await happen();
    // The next one hits a shop at work, however long this machine needs to start a process.
    const before = completed(journal.entries);
    await eventually(() => expect(completed(journal.entries)).toBeGreaterThan(before + 2), LONG);
  }
  stop.abort();
  await shopping;

  // What a client does not know yet it asks for again, until it does.
  await Promise.all(
    scene.shoppers.map((shopper) => askAgain(journal, (entry) => entry.shopper === shopper && entry.told.length === 0)),
  );
  books = await openBooks({
    mysqlAdminUrl: servers.mysql.url,
    natsUrl: servers.nats.url,
    dataPlatformUrl: shop.urlOf('dataPlatform'),
  });
  await eventually(async () => {
    expect(await books.broken()).toEqual({});
    expect(await books.astray()).toEqual({ streams: [], dead: 0 });
    const { due, received } = await books.deliveries();
    expect(received).toEqual(due);
  }, LONG);

  const initial = await books.initialStock();
  for (const { productId, onHand } of scene.shelves) expect(initial.get(productId)).toBe(onHand);
  await Promise.all(
    scene.shoppers.map((shopper) => askAgain(journal, (entry, i) => entry.shopper === shopper && i % 3 === 0)),
  );
  expect(lies(journal.entries)).toEqual([]);
  expect(await books.untold(journal.entries)).toEqual({ orders: [], charges: [], coupons: [] });
  expect(journal.scandals).toEqual([]);
}, 120_000);

const LONG = { timeoutMs: 30_000, everyMs: 250 };

async function askAgain(journal: Journal, which: (entry: Entry, index: number) => boolean): Promise<void> {
  for (const entry of journal.entries.filter(which)) {
    await eventually(async () => expect(await journal.send(entry)).not.toBeNull(), LONG);
  }
}

const completed = (entries: Entry[]) => entries.filter(({ told }) => told[0]?.order?.status === 'COMPLETED').length;
