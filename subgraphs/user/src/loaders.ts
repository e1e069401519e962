import type { EntityManager } from '@mikro-orm/mysql';
import { createLoader, type Loader, type ReadReplica } from '@shop/subgraph-kit';
import { PointEntry } from './domain/points.ts';
import { User } from './domain/user.ts';

/** The newest entries of one account, or those before a sequence number. */
export interface EntrySlice {
  userId: string;
  before: number | null;
  limit: number;
}

/** Each joins what the fields of one request ask for into one statement. */
export interface Loaders {
  user: Loader<string, User>;
  spendable: Loader<string, { userId: string; spendable: number }>;
  entries(slice: EntrySlice): Promise<PointEntry[]>;
  /** Points have moved: what this request has read of them is no longer true. */
  forgetPoints(userId: string): void;
}

export function createLoaders(em: EntityManager, readReplica: ReadReplica): Loaders {
  const entries = createLoader<string, { key: string; entries: PointEntry[] }>(
    (keys) => readReplica((from) => loadSlices(from, keys)),
    ({ key }) => key,
  );
  const spendable = createLoader<string, { userId: string; spendable: number }>(
    (userIds) =>
      em.execute('SELECT user_id AS userId, balance - pending AS spendable FROM point_accounts WHERE user_id IN (?)', [
        userIds,
      ]),
    ({ userId }) => userId,
  );
  return {
    user: createLoader(
      (ids) => em.find(User, { id: { $in: [...ids] } }),
      ({ id }) => id,
    ),
    spendable,
    entries: async (slice) => (await entries.load(keyOf(slice)))?.entries ?? [],
    forgetPoints(userId) {
      spendable.clear(userId);
      entries.clearAll();
    },
  };
}

async function loadSlices(em: EntityManager, keys: readonly string[]) {
  const slices = keys.map((key) => JSON.parse(key) as EntrySlice);
  // A SELECT of its own per account reads no more rows than its page has, whatever the length of the history.
  const selects = slices.map(
    ({ before }, index) =>
      `(SELECT ${index} AS slice, id, user_id, sequence, kind, amount, balance_after, order_id, settled_at
          FROM point_transfers
         WHERE user_id = ? AND sequence ${before === null ? 'IS NOT NULL' : '< ?'} ORDER BY sequence DESC LIMIT ?)`,
  );
  const rows = await em.execute<{ slice: number }[]>(
    `${selects.join(' UNION ALL ')} ORDER BY slice, sequence DESC`,
    slices.flatMap(({ userId, before, limit }) => [userId, ...(before === null ? [] : [before]), limit]),
  );
  return keys.map((key, index) => ({
    key,
    entries: rows.filter((row) => row.slice === index).map(({ slice: _, ...row }) => em.map(PointEntry, row)),
  }));
}

function keyOf({ userId, before, limit }: EntrySlice): string {
  return JSON.stringify({ userId, before, limit });
}
