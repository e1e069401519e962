import type { MikroORM } from '@mikro-orm/mysql';

/** The connections of an ORM, which can be given up all at once. */
export interface AbandonablePool {
  /** Cuts them, whatever they are waiting for; the next query gets a new one. Who waits for an answer never gets it. */
  abandon(): void;
}

/** Follows the connections of an ORM's pool, from its first one on. */
export async function abandonablePool(orm: MikroORM): Promise<AbandonablePool> {
  const pool = await orm.em.getConnection().getNativeClient();
  const open = new Set<{ destroy(): void }>();
  pool.on('connection', (connection) => {
    open.add(connection);
    connection.once('end', () => open.delete(connection));
  });
  return {
    abandon() {
      for (const connection of open) connection.destroy();
      open.clear();
    },
  };
}
