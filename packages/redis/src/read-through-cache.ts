import { BoundedMap } from '@shop/kernel';
import type { Logger, Metrics } from '@shop/service-kit';
import { createLeasedValues } from './leased-values.ts';
import type { RedisConnection } from './redis-connection.ts';

/** What a read-through cache is made of. */
export interface ReadThroughCacheOptions<T> {
  /** Prefix of its keys in Redis and label of its metrics. */
  name: string;
  redis: RedisConnection;
  /** The truth, for all missing keys at once; must read the primary, and must not use the connection of one request. */
  load: (keys: string[]) => Promise<Map<string, T>>;
  /** Checks what comes back from Redis; a throw counts as missing. Values are plain JSON. */
  parse?: (json: unknown) => T;
  localTtlMs?: number;
  localMaxEntries?: number;
  redisTtlSeconds?: number;
  metrics: Metrics;
  log: Logger;
}

/** Answers from this process, else from Redis, else from `load`; what is not there is not remembered. */
export interface ReadThroughCache<T> {
  get(key: string): Promise<T | undefined>;
  /** Missing keys are missing in the answer; values are shared between callers, who must not change them. */
  getMany(keys: readonly string[]): Promise<Map<string, T>>;
  /** Called after the commit of a change: forgets here and in Redis; never throws. Other processes hear of it by a signal. */
  invalidate(keys: readonly string[]): Promise<void>;
  /** Called upon the signal of another process that invalidated. */
  forgetLocal(keys: readonly string[]): void;
}

interface Batch<T> {
  values: Map<string, T>;
  /** Changed while they were being loaded: good enough for who asked before the change, not to be kept. */
  stale: ReadonlySet<string>;
}

/** Creates a cache in two layers; a key is asked for once at a time per process, and Redis away only makes it slower. */
export function createReadThroughCache<T>(options: ReadThroughCacheOptions<T>): ReadThroughCache<T> {
  const { name, redis, load, metrics, log } = options;
  const { localTtlMs = 60_000, localMaxEntries = 10_000, redisTtlSeconds = 3_600 } = options;
  const parse = options.parse ?? ((json: unknown) => json as T);

  const reads = metrics.counter('shop_cache_reads_total', 'Keys read, by the layer that had them', ['cache', 'layer']);
  const failures = metrics.counter('shop_cache_redis_failures_total', 'Commands that Redis did not answer', ['cache']);
  const count = (layer: string, n: number): void => reads.inc({ cache: name, layer }, n);

  const local = new BoundedMap<string, T>(localMaxEntries, { ttlMs: localTtlMs });
  const onFailure = (): void => failures.inc({ cache: name });
  const remote = createLeasedValues<T>({ name, redis, ttlSeconds: redisTtlSeconds, parse, onFailure, log });
  // The batch that is fetching a key now. Forgetting a key takes it out of here: later readers don't join a fetch that
  // may have seen the old value, and the fetch, no longer finding itself here, doesn't keep it.
  const flights = new Map<string, Promise<Batch<T>>>();

  async function fetchBatch(keys: string[]): Promise<Batch<T>> {
    const values = await remote.read(keys);
    count('redis', values.size);
    const missing = keys.filter((key) => !values.has(key));
    if (missing.length === 0) return { values, stale: new Set() };
    const tokens = await remote.lease(missing);
    const loaded = await load(missing);
    count('load', loaded.size);
    count('none', missing.length - loaded.size);
    const stale = await remote.store(loaded, tokens);
    return { values: new Map([...values, ...loaded]), stale };
  }

  function takeOff(keys: string[]): Promise<Batch<T>> {
    const flight = fetchBatch(keys);
    for (const key of keys) flights.set(key, flight);
    const land = (batch?: Batch<T>): void => {
      for (const key of keys) {
        if (flights.get(key) !== flight) continue;
        flights.delete(key);
        const value = batch?.values.get(key);
        if (value !== undefined && !batch?.stale.has(key)) local.set(key, value);
      }
    };
    flight.then(land, () => land());
    return flight;
  }

  async function getMany(keys: readonly string[]): Promise<Map<string, T>> {
    const found = new Map<string, T>();
    const joined = new Map<string, Promise<Batch<T>>>();
    const missing: string[] = [];
    for (const key of new Set(keys)) {
      const value = local.get(key);
      const flight = flights.get(key);
      if (value !== undefined) found.set(key, value);
      else if (flight) joined.set(key, flight);
      else missing.push(key);
    }
    count('local', found.size);
    if (missing.length > 0) {
      const flight = takeOff(missing);
      for (const key of missing) joined.set(key, flight);
    }
    await Promise.all(joined.values());
    for (const [key, flight] of joined) {
      const value = (await flight).values.get(key);
      if (value !== undefined) found.set(key, value);
    }
    return found;
  }

  function forgetLocal(keys: readonly string[]): void {
    for (const key of keys) {
      flights.delete(key);
      local.delete(key);
    }
  }

  return {
    getMany,
    get: async (key) => (await getMany([key])).get(key),
    forgetLocal,
    async invalidate(keys) {
      forgetLocal(keys);
      await remote.remove(keys);
      // A read between the two found the old value in Redis and may have kept it.
      forgetLocal(keys);
    },
  };
}
