import type { RunFile } from '@shop/local';
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';

/** Sees every database of a shop, as no process of the shop does. */
export interface AdminSql {
  rows<T extends object>(sql: string, values?: unknown[]): Promise<T[]>;
  close(): Promise<void>;
}

export async function openAdminSql({ servers: { mysql } }: RunFile): Promise<AdminSql> {
  const [primary] = mysql.instances;
  if (primary === undefined) throw new Error('This shop runs without MySQL.');
  const connection: Connection = await createConnection({
    host: '127.0.0.1',
    port: primary.port,
    user: mysql.user,
    password: mysql.password,
    supportBigNumbers: true,
  });
  return {
    rows: async <T extends object>(sql: string, values: unknown[] = []) =>
      (await connection.query<(T & RowDataPacket)[]>(sql, values))[0],
    close: () => connection.end(),
  };
}
