import { type Connection, createConnection, type ResultSetHeader, type RowDataPacket } from 'mysql2/promise';

/** One MySQL connection; every query on it ends: with its answer, an error, its time limit or the session itself. */
export interface DatabaseSession {
  rows<T extends object>(sql: string, values?: unknown[], timeoutMs?: number): Promise<T[]>;
  /** Returns the number of rows affected. */
  change(sql: string, values?: unknown[]): Promise<number>;
  close(): void;
}

const QUERY_TIMEOUT_MS = 10_000;
// A holder of a lock that falls silent for so long (stopped, cut off) loses its session, and the lock with it.
const IDLE_SECONDS = 15;

/** Opens a connection that nobody else uses; locks taken on it end with it. */
export async function openDatabaseSession(url: string, { idleSeconds = IDLE_SECONDS } = {}): Promise<DatabaseSession> {
  const connection = await createConnection({ uri: url, connectTimeout: 5_000, dateStrings: true });
  let end: (reason: Error) => void = () => undefined;
  const ended = new Promise<never>((_, reject) => {
    end = reject;
  });
  // Between two queries nobody listens; the next query meets the same error.
  ended.catch(() => undefined);
  connection.on('error', end);
  const session = sessionOn(connection, ended, end);
  await session.change('SET SESSION wait_timeout = ?', [idleSeconds]);
  // What is copied or deleted here locks nothing that others are about to write beside it.
  await session.change('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED');
  return session;
}

function sessionOn(connection: Connection, ended: Promise<never>, end: (reason: Error) => void): DatabaseSession {
  return {
    async rows<T extends object>(sql: string, values: unknown[] = [], timeout = QUERY_TIMEOUT_MS) {
      const query = connection.query<(T & RowDataPacket)[]>({ sql, values, timeout });
      return (await Promise.race([query, ended]))[0];
    },
    async change(sql, values = []) {
      const query = connection.query<ResultSetHeader>({ sql, values, timeout: QUERY_TIMEOUT_MS });
      return (await Promise.race([query, ended]))[0].affectedRows;
    },
    close() {
      end(new Error('The database session is closed.'));
      connection.destroy();
    },
  };
}
