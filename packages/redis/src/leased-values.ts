import { setTimeout as pause } from 'node:timers/promises';
import { newId } from '@shop/kernel';
import type { Logger } from '@shop/service-kit';
import type { RedisConnection } from './redis-connection.ts';
import { defineScript, runScript } from './script.ts';

const leaseScript = defineScript<string[]>('cache-lease', new URL('../src/cache-lease.lua', import.meta.url), 'any');
const storeScript = defineScript<number[]>('cache-store', new URL('../src/cache-store.lua', import.meta.url), 'any');

/** A load that takes longer is not stored. */
const leaseMs = 10_000;
const removalRetryMs = 250;

/**
 * Values in Redis under `<name>:<key>`, each written only under a lease (`{<name>:<key>}:lease`) taken before it was loaded.
 * Removing a value removes its lease with it, so what was loaded before a removal can't be stored after it, by any process,
 * not even when Redis was emptied in between. (Leases as in "Scaling Memcache at Facebook", NSDI 2013.)
 * Nothing here throws because Redis is away: reads find nothing, stores are skipped, removals are made good later.
 */
export interface LeasedValues<T> {
  read(keys: readonly string[]): Promise<Map<string, T>>;
  /** Tokens by key; empty when Redis is away. */
  lease(keys: readonly string[]): Promise<Map<string, string>>;
  /** Stores what has a token; answers the keys that were refused, because they were removed since their lease. */
  store(values: ReadonlyMap<string, T>, tokens: ReadonlyMap<string, string>): Promise<Set<string>>;
  remove(keys: readonly string[]): Promise<void>;
}

/** Creates the layer; `parse` may throw for a value of an older shape, which then counts as missing. */
export function createLeasedValues<T>(options: {
  name: string;
  redis: RedisConnection;
  ttlSeconds: number;
  parse: (json: unknown) => T;
  onFailure: () => void;
  log: Logger;
}): LeasedValues<T> {
  const { name, redis, ttlSeconds, parse, onFailure, log } = options;
  const valueKey = (key: string): string => `${name}:${key}`;
  // In a cluster the tag puts it beside its value.
  const leaseKey = (key: string): string => `{${name}:${key}}:lease`;
  /** What one command may name: everything, or each key alone where keys live apart. */
  const together = (keys: readonly string[]): (readonly string[])[] =>
    redis.isCluster ? keys.map((key) => [key]) : keys.length > 0 ? [keys] : [];
  // What should be gone from Redis but could not be removed: until it is, this process doesn't believe Redis about it.
  const owed = new Set<string>();
  let isSettling = false;

  async function attempt<R>(what: string, command: () => Promise<R>): Promise<R | null> {
    try {
      return await command();
    } catch (error) {
      onFailure();
      // A lost connection is told once, by the connection itself.
      if (redis.ready() === null) log.warn({ err: error, cache: name }, `Redis failed to ${what}`);
      return null;
    }
  }

  const unlink = (keys: readonly string[]): Promise<number | null> =>
    attempt('remove cached values', () => redis.unlink(...keys.flatMap((key) => [valueKey(key), leaseKey(key)])));

  /** Crosses out what could be removed; says whether that was everything. */
  async function removeOwed(keys: readonly string[]): Promise<boolean> {
    const removals = together(keys).map(async (group) => {
      if ((await unlink(group)) === null) return false;
      for (const key of group) owed.delete(key);
      return true;
    });
    return (await Promise.all(removals)).every((removed) => removed);
  }

  async function settle(): Promise<void> {
    if (isSettling) return;
    isSettling = true;
    while (owed.size > 0 && redis.status !== 'end') {
      await pause(removalRetryMs, undefined, { ref: false });
      await removeOwed([...owed]);
    }
    isSettling = false;
  }

  async function readTogether(keys: readonly string[], found: Map<string, T>): Promise<void> {
    const texts = await attempt('read cached values', () => redis.mget(...keys.map(valueKey)));
    texts?.forEach((text, i) => {
      const key = keys[i];
      if (text === null || key === undefined) return;
      try {
        found.set(key, parse(JSON.parse(text)));
      } catch {
        // Written by another version of the code: load it anew.
      }
    });
  }

  async function leaseTogether(keys: readonly string[], token: string): Promise<[string, string][]> {
    const tokens = await attempt('lease cached values', () =>
      runScript(redis, leaseScript, keys.map(leaseKey), [token, leaseMs]),
    );
    return tokens?.map((token, i) => [keys[i] ?? '', token]) ?? [];
  }

  async function storeTogether(
    keys: readonly string[],
    values: ReadonlyMap<string, T>,
    tokens: ReadonlyMap<string, string>,
  ): Promise<string[]> {
    const named = keys.flatMap((key) => [valueKey(key), leaseKey(key)]);
    const parameters = keys.flatMap((key) => [
      tokens.get(key) ?? '',
      JSON.stringify(values.get(key)),
      jittered(ttlSeconds),
    ]);
    const stored = await attempt('store cached values', () => runScript(redis, storeScript, named, parameters));
    return stored === null ? [] : keys.filter((_, i) => stored[i] !== 1);
  }

  return {
    async read(keys) {
      const asked = keys.filter((key) => !owed.has(key));
      const found = new Map<string, T>();
      await Promise.all(together(asked).map((group) => readTogether(group, found)));
      return found;
    },

    async lease(keys) {
      const wanted = keys.filter((key) => !owed.has(key));
      const token = newId();
      const leases = await Promise.all(together(wanted).map((group) => leaseTogether(group, token)));
      return new Map(leases.flat());
    },

    async store(values, tokens) {
      const keys = [...values.keys()].filter((key) => tokens.has(key));
      const refused = await Promise.all(together(keys).map((group) => storeTogether(group, values, tokens)));
      return new Set(refused.flat());
    },

    async remove(keys) {
      // Owed from the first moment, so that a read during the removal can't bring the old value back.
      for (const key of keys) owed.add(key);
      if (await removeOwed(keys)) return;
      // Once more: a removal of the same key at the same time may have succeeded and crossed it out.
      for (const key of keys) owed.add(key);
      void settle();
    },
  };
}

/** ±10 %, so that what was stored together does not run out together. */
function jittered(seconds: number): number {
  return Math.max(1, Math.round(seconds * (0.9 + Math.random() * 0.2)));
}
