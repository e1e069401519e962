/** How a bounded map judges its entries. */
export interface BoundedMapOptions<K, V> {
  /** What an entry takes of the limit; 1 unless told. */
  weigh?: (value: V, key: K) => number;
  /** How long after it was set an entry vanishes, however often it is used; never unless told. */
  ttlMs?: number;
  /** In ms, and never going back. */
  now?: () => number;
}

interface Entry<V> {
  value: V;
  weight: number;
  until: number;
  /** Since it last stood at the end of the line. */
  isUsed: boolean;
}

/**
 * A map that forgets what was not used for long once all its entries weigh more than `limit`. Reading costs one look-up:
 * an entry that was used is not moved at once, but when it is its turn to go, and may stay for another round.
 */
export class BoundedMap<K, V> {
  readonly #limit: number;
  readonly #weigh: (value: V, key: K) => number;
  readonly #ttlMs: number;
  readonly #now: () => number;
  /** Those whose turn to go comes first are first: a Map iterates in the order of insertion. */
  readonly #entries = new Map<K, Entry<V>>();
  #weight = 0;

  constructor(limit: number, options: BoundedMapOptions<K, V> = {}) {
    this.#limit = limit;
    this.#weigh = options.weigh ?? (() => 1);
    this.#ttlMs = options.ttlMs ?? Number.POSITIVE_INFINITY;
    this.#now = options.now ?? (() => performance.now());
  }

  get(key: K): V | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (entry.until !== Number.POSITIVE_INFINITY && entry.until <= this.#now()) {
      this.delete(key);
      return undefined;
    }
    entry.isUsed = true;
    return entry.value;
  }

  set(key: K, value: V): void {
    this.delete(key);
    const weight = this.#weigh(value, key);
    // One that takes the place of all others would only push itself out again.
    if (weight > this.#limit) return;
    this.#makeRoomFor(weight);
    const until = this.#ttlMs === Number.POSITIVE_INFINITY ? this.#ttlMs : this.#now() + this.#ttlMs;
    this.#entries.set(key, { value, weight, until, isUsed: false });
    this.#weight += weight;
  }

  delete(key: K): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#weight -= entry.weight;
  }

  #makeRoomFor(weight: number): void {
    // Whoever is sent to the end of the line is met again when nobody was unused.
    for (const [key, entry] of this.#entries) {
      if (this.#weight + weight <= this.#limit) return;
      this.#entries.delete(key);
      if (entry.isUsed) {
        entry.isUsed = false;
        this.#entries.set(key, entry);
      } else {
        this.#weight -= entry.weight;
      }
    }
  }
}
