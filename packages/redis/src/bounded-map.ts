/** Keeps the most recently used entries, each for its time: the in-process layer of caches and limits. */
export interface BoundedMap<V> {
  get(key: string): V | undefined;
  set(key: string, value: V): void;
  delete(key: string): void;
  readonly size: number;
}

/** Creates a map of at most `maxEntries`, from which an entry vanishes `ttlMs` after it was set. */
export function createBoundedMap<V>(options: { maxEntries: number; ttlMs: number; now?: () => number }): BoundedMap<V> {
  const { maxEntries, ttlMs, now = () => performance.now() } = options;
  // A Map remembers the order of insertion: putting an entry in again makes it the youngest, the first is the oldest.
  const entries = new Map<string, { value: V; until: number }>();
  return {
    get(key) {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      entries.delete(key);
      if (entry.until <= now()) return undefined;
      entries.set(key, entry);
      return entry.value;
    },
    set(key, value) {
      entries.delete(key);
      entries.set(key, { value, until: now() + ttlMs });
      if (entries.size <= maxEntries) return;
      const oldest = entries.keys().next();
      if (!oldest.done) entries.delete(oldest.value);
    },
    delete(key) {
      entries.delete(key);
    },
    get size() {
      return entries.size;
    },
  };
}
