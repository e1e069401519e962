import type { Redis } from 'ioredis';

/** What the servers at the other end of connections call themselves: each draws a new `run_id` when it starts. */
export interface RunIds {
  /** Asks whenever the connection has come up; until the answer is there, the server is unknown. */
  follow(connection: Redis): void;
  /** Whether one of these connections leads to this server; null when one that is not known yet may. */
  reach(runId: string, connections: readonly Redis[]): boolean | null;
}

export function createRunIds(): RunIds {
  const known = new WeakMap<Redis, string>();

  async function ask(connection: Redis): Promise<void> {
    try {
      const info = await connection.info('server');
      known.set(connection, /^run_id:(\w+)/m.exec(info)?.[1] ?? '');
    } catch (error) {
      // It answers, and does not say. When the connection broke, the next one is asked.
      if (error instanceof Error && error.name === 'ReplyError') known.set(connection, '');
    }
  }

  return {
    follow(connection) {
      connection.on('ready', () => void ask(connection));
      connection.on('close', () => known.delete(connection));
    },
    reach(runId, connections) {
      const ids = connections.map((connection) => known.get(connection));
      if (ids.includes(runId)) return true;
      return ids.length === 0 || ids.includes(undefined) ? null : false;
    },
  };
}
