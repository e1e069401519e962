import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { RedisConnection } from './redis-connection.ts';

/** A Lua script and the name under which it is known to Redis; `Reply` is what its header says it returns. */
export interface Script<Reply> {
  readonly name: string;
  readonly source: string;
  readonly sha1: string;
  readonly numberOfKeys: number | 'any';
  /** Never set: it ties a script to the type of its reply. */
  readonly reply?: Reply;
}

/** Reads a script from beside its caller: `new URL('../src/grant.lua', import.meta.url)` holds in src and in dist. */
export function defineScript<Reply = unknown>(
  name: string,
  luaFileUrl: URL,
  numberOfKeys: number | 'any',
): Script<Reply> {
  const source = readFileSync(luaFileUrl, 'utf8');
  return { name, source, sha1: createHash('sha1').update(source).digest('hex'), numberOfKeys };
}

/** Runs a script by its hash, and by its text where Redis does not know it yet (first use, restart, failover). */
export async function runScript<Reply>(
  redis: RedisConnection,
  script: Script<Reply>,
  keys: readonly string[],
  args: readonly (string | number)[] = [],
): Promise<Reply> {
  if (script.numberOfKeys !== 'any' && keys.length !== script.numberOfKeys) {
    throw new RangeError(`Script ${script.name} takes ${script.numberOfKeys} keys, not ${keys.length}`);
  }
  const parameters = [keys.length, ...keys, ...args] as const;
  try {
    return (await redis.evalsha(script.sha1, ...parameters)) as Reply;
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
    return (await redis.eval(script.source, ...parameters)) as Reply;
  }
}
