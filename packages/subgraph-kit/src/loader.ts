import DataLoader from 'dataloader';

/** Looks up by key; null for a key without a row. */
export type Loader<K, V> = DataLoader<K, V | null>;

/**
 * Joins the single look-ups of one request into one call of `load`, whose rows come back in any order. Belongs to a
 * context, so that one viewer never gets what was loaded for another.
 */
export function createLoader<K extends string, V>(
  load: (keys: readonly K[]) => Promise<readonly V[]>,
  keyOf: (value: V) => K,
): Loader<K, V> {
  return new DataLoader<K, V | null>(async (keys) => {
    const found = new Map((await load(keys)).map((value) => [keyOf(value), value]));
    return keys.map((key) => found.get(key) ?? null);
  });
}
