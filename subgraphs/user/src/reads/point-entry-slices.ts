import type { EntityManager } from '@mikro-orm/mysql';
import { PointEntry } from '../domain/points.ts';

/** The newest entries of one account, or those before a sequence number. */
export interface EntrySlice {
  userId: string;
  before: number | null;
  limit: number;
}

export interface SliceOfEntries {
  key: string;
  entries: PointEntry[];
}

/** Reads many slices, each given as the JSON of an EntrySlice, in one statement. */
export async function loadSlices(em: EntityManager, keys: readonly string[]): Promise<SliceOfEntries[]> {
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
