import { connectBus } from '@shop/messaging';
import { createLogger } from '@shop/service-kit';
import { openDatabase } from '@shop/subgraph-kit/database';
import {
  ACKNOWLEDGED_ORDERS,
  CHARGES,
  COUPONS,
  FOR_DATA_PLATFORM,
  INITIAL_STOCK,
  PUBLISHED,
  violations,
} from './invariants.ts';
import type { Entry } from './journal.ts';

const log = createLogger('books', { level: 'silent' });

/** Everybody's books: the databases, the streams, and what the data platform has received. */
export type Books = Awaited<ReturnType<typeof openBooks>>;

export async function openBooks(where: { mysqlAdminUrl: string; natsUrl: string; dataPlatformUrl: string }) {
  const url = new URL('/shop_order', where.mysqlAdminUrl).href;
  const settings = { DATABASE_URL: url, DATABASE_MIGRATE: false, DATABASE_POOL_SIZE: 2 };
  const database = await openDatabase({ settings, entities: [], migrations: [], log });
  const bus = await connectBus({ url: where.natsUrl, name: 'books', log });
  const rows = <Row extends object>(sql: string, values: unknown[] = []) => database.fork().execute<Row[]>(sql, values);

  return {
    /** What is wrong, by the name of the invariant. */
    async broken(): Promise<Record<string, object[]>> {
      const found: Record<string, object[]> = {};
      for (const [invariant, sql] of Object.entries(violations)) {
        const offending = await rows(sql);
        if (offending.length > 0) found[invariant] = offending;
      }
      return found;
    },

    /** What clients were told of and is not there, and what is there and nobody was told of. */
    async untold(entries: readonly Entry[]) {
      const told = entries.flatMap((entry) => entry.told);
      const differ = async (sql: string, ids: (string | undefined)[]): Promise<string[]> => {
        const there = new Set((await rows<{ id: string }>(sql)).map(({ id }) => id));
        const heard = new Set(ids.filter((id) => id !== undefined));
        return [...[...there].filter((id) => !heard.has(id)), ...[...heard].filter((id) => !there.has(id))];
      };
      return {
        orders: await differ(
          ACKNOWLEDGED_ORDERS,
          told.map(({ order }) => order?.id),
        ),
        charges: await differ(
          CHARGES,
          told.map(({ entry }) => entry?.id),
        ),
        coupons: await differ(
          COUPONS,
          told.map(({ coupon }) => coupon?.id),
        ),
      };
    },

    async initialStock(): Promise<Map<string, number>> {
      const shelves = await rows<{ productId: string; onHand: number | string }>(INITIAL_STOCK);
      return new Map(shelves.map(({ productId, onHand }) => [productId, Number(onHand)]));
    },

    /** Events the streams lack or have twice, events a consumer still owes, and dead letters. */
    async astray() {
      const published = await rows<{ stream: string; messages: number; sequences: number }>(PUBLISHED);
      const streams = await Promise.all(
        published.map(async ({ stream, messages, sequences }) => {
          const { state } = await bus.admin.streams.info(stream);
          const consumer = await bus.admin.consumers.info(stream, 'data-platform');
          return { stream, lost: messages - sequences, extra: state.messages - messages, owed: owedBy(consumer) };
        }),
      );
      const { state } = await bus.admin.streams.info('DEADLETTER');
      return { streams: streams.filter(({ lost, extra, owed }) => lost + extra + owed !== 0), dead: state.messages };
    },

    /** Ids the data platform must have, and those it has; each came under its own key. */
    async deliveries() {
      const due = (await rows<{ id: string }>(FOR_DATA_PLATFORM)).map(({ id }) => id);
      const response = await fetch(`${where.dataPlatformUrl}/received`);
      const received = (await response.json()) as { id: string; idempotencyKey: string }[];
      return { due: due.sort(), received: [...new Set(received.map(({ idempotencyKey }) => idempotencyKey))].sort() };
    },

    async close() {
      await bus.close();
      await database.close();
    },
  };
}

function owedBy({ num_pending, num_ack_pending }: { num_pending: number; num_ack_pending: number }): number {
  return num_pending + num_ack_pending;
}
