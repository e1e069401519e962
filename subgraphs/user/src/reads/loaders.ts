import type { EntityManager } from '@mikro-orm/mysql';
import { createLoader, type Loader, type ReadReplica } from '@shop/subgraph-kit';
import type { PointEntry } from '../domain/points.ts';
import { User } from '../domain/user.ts';
import { type EntrySlice, loadSlices, type SliceOfEntries } from './point-entry-slices.ts';

/** Each joins what the fields of one request ask for into one statement. */
export interface Loaders {
  user: Loader<string, User>;
  spendable: Loader<string, { userId: string; spendable: number }>;
  entries(slice: EntrySlice): Promise<PointEntry[]>;
  /** Points have moved: what this request has read of them is no longer true. */
  forgetPoints(userId: string): void;
}

export function createLoaders(unit: { readonly em: EntityManager }, readReplica: ReadReplica): Loaders {
  const entries = createLoader<string, SliceOfEntries>(
    (keys) => readReplica((from) => loadSlices(from, keys)),
    ({ key }) => key,
  );
  const spendable = createLoader<string, { userId: string; spendable: number }>(
    (userIds) =>
      unit.em.execute(
        'SELECT user_id AS userId, balance - pending AS spendable FROM point_accounts WHERE user_id IN (?)',
        [userIds],
      ),
    ({ userId }) => userId,
  );
  return {
    user: createLoader(
      (ids) => unit.em.find(User, { id: { $in: [...ids] } }),
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

function keyOf({ userId, before, limit }: EntrySlice): string {
  return JSON.stringify({ userId, before, limit });
}
