import { eventually } from '@shop/testkit';
import type { Books } from '../crashes/books.ts';
import { createDice } from '../crashes/dice.ts';
import { faultsOf } from '../crashes/faults.ts';
import { createJournal, type Entry, type Journal } from '../crashes/journal.ts';
import { lies } from '../crashes/lies.ts';
import { setScene, shop as shopUntil } from '../crashes/load.ts';
import { type OwnShop, startOwnShop } from '../own-shop.ts';

// A run is repeated with its seed: what clients want and who is killed fall alike, though not to the millisecond.
const { CRASH_SEED: seed = '20260211' } = process.env;

let own: OwnShop;
let books: Books;

beforeAll(async () => {
  own = await startOwnShop();
}, 90_000);

afterAll(() => own?.close(), 60_000);

it(`keeps money, stock, coupons and events whole while processes are killed and servers go away (CRASH_SEED=${seed})`, async () => {
  const scene = await setScene(own.world);
  const journal = createJournal();
  const stop = new AbortController();
  const shopping = shopUntil(scene, journal, createDice(Number(seed)), stop.signal);
  for (const { happen } of faultsOf(own.dir, own.servers, createDice(Number(seed) + 1))) {
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
  books = await own.openBooks();
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
}, 240_000);

const LONG = { timeoutMs: 30_000, everyMs: 250 };

async function askAgain(journal: Journal, which: (entry: Entry, index: number) => boolean): Promise<void> {
  for (const entry of journal.entries.filter(which)) {
    await eventually(async () => expect(await journal.send(entry)).not.toBeNull(), LONG);
  }
}

const completed = (entries: Entry[]) => entries.filter(({ told }) => told[0]?.order?.status === 'COMPLETED').length;
