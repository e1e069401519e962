// The process all clients live in; crowd.ts tells it what to do.
import { type Client, openClient } from './client.ts';
import type { Asked, Said } from './crowd.ts';

/** So many are being let in at a time: a server's queue of connections has an end. */
const AT_ONCE = 200;
const NUMBER = Buffer.from('"number":');
/** An event that somebody has not been told of for so long is lost. */
const LOST_AFTER_MS = 60_000;

let clients: Client[] = [];
/** How many have been told of an event. */
const toldOf = new Map<number, number>();
/** What each was told of last: each hears of every event, once and in order. */
const lastOf = new Map<Client, number>();

process.on('disconnect', () => process.exit());
process.on('message', (asked: Asked) => {
  if ('come' in asked) void come(asked.come.port, asked.come.count).then(() => say({ done: true }));
  else if ('comeBack' in asked) void comeBack(asked.comeBack.port).then(() => say({ done: true }));
  else {
    leave();
    say({ done: true });
  }
});

function come(port: number, count: number): Promise<void> {
  return enter(
    port,
    Array.from({ length: count }, (_, i) => ({ id: `client-${i}`, cursor: null })),
  );
}

/** Everybody's connection breaks, and everybody is back as soon as they can, with the cursor they have. */
function comeBack(port: number): Promise<void> {
  const before = clients.map(({ id, cursor }) => ({ id, cursor }));
  leave();
  return enter(port, before);
}

function leave(): void {
  for (const client of clients) client.leave();
  clients = [];
  toldOf.clear();
  lastOf.clear();
}

async function enter(port: number, all: readonly Pick<Client, 'id' | 'cursor'>[]): Promise<void> {
  const waiting = [...all].reverse();
  const queue = async () => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) await enterOne(port, next);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, queue));
}

function enterOne(port: number, { id, cursor }: Pick<Client, 'id' | 'cursor'>): Promise<void> {
  return new Promise((subscribed) => {
    const client = openClient({
      id,
      port,
      cursor,
      subscribed,
      told: (text) => take(client, text),
      failed: (reason) => say({ failed: `${id}: ${reason}` }),
    });
    clients.push(client);
  });
}

function take(client: Client, text: Buffer): void {
  const start = text.indexOf(NUMBER) + NUMBER.length;
  const number = Number.parseInt(text.toString('latin1', start, start + 9), 10);
  const count = (toldOf.get(number) ?? 0) + 1;
  toldOf.set(number, count);
  // Numbers below zero only ask whether everybody is there; time is no concern then.
  if (number < 0) look(client, text);
  else expectNext(client, number, count);
  if (count === clients.length) say({ told: number, at: performance.timeOrigin + performance.now() });
}

function expectNext(client: Client, number: number, count: number): void {
  const last = lastOf.get(client) ?? number - 1;
  lastOf.set(client, number);
  if (number !== last + 1) say({ failed: `${client.id} was told of event ${number} after event ${last}.` });
  if (count === 1) setTimeout(mustBeTold, LOST_AFTER_MS, number).unref();
}

/** Says who has not heard of an event, unless all have gone since. */
function mustBeTold(number: number): void {
  const count = toldOf.get(number);
  if (count === undefined || count >= clients.length) return;
  const [first] = clients.filter((client) => (lastOf.get(client) ?? 0) < number);
  say({
    failed: `${clients.length - count} of ${clients.length} clients were not told of event ${number}: ${first?.id} for one.`,
  });
}

function look(client: Client, text: Buffer): void {
  const { id, payload } = JSON.parse(String(text)) as { id: string; payload: { data: unknown; extensions?: unknown } };
  if (id !== client.id && id !== 'limit') say({ failed: `${client.id} was told what is for ${id}.` });
  if (!payload.data) say({ failed: `${client.id} was told: ${text}` });
  client.cursor = (payload.extensions as { cursor?: string } | undefined)?.cursor ?? null;
}

function say(said: Said): void {
  process.send?.(said);
}
