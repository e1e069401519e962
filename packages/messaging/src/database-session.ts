import { type Connection, createConnection, type ResultSetHeader } from 'mysql2/promise';

/** One MySQL connection; every query on it ends: with its answer, an error, its time limit or the session itself. */
export interface DatabaseSession {
  rows<T extends object>(sql: string, values?: unknown[], timeoutMs?: number): Promise<T[]>;
  /** Returns the number of rows affected. */
  change(sql: string, values?: unknown[]): Promise<number>;
  /**
   * Runs statements in one transaction and one round trip. When one fails, nothing is changed and the session ends: its
   * transaction is still open.
   */
  changeTogether(statements: readonly { sql: string; values: unknown[] }[]): Promise<void>;
  close(): void;
}

const QUERY_TIMEOUT_MS = 10_000;
// A holder of a lock that falls silent for so long (stopped, cut off) loses its session, and the lock with it.
const IDLE_SECONDS = 15;

/** Opens a connection that nobody else uses; locks taken on it end with it. */
export async function openDatabaseSession(url: string, { idleSeconds = IDLE_SECONDS } = {}): Promise<DatabaseSession> {
  const options = { connectTimeout: 5_000, dateStrings: true, multipleStatements: true } as const;
  const connection = await createConnection({ uri: url, ...options });
  const session = sessionOn(connection);
  await session.change('SET SESSION wait_timeout = ?', [idleSeconds]);
  // What is copied or deleted here locks nothing that others are about to write beside it.
  await session.change('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED');
  return session;
}

function sessionOn(connection: Connection): DatabaseSession {
  const unanswered = new Set<(reason: Error) => void>();
  let ended: Error | undefined;

  // Between two queries nobody listens; the next query meets the same error.
  function end(reason: Error): void {
    ended ??= reason;
    for (const reject of unanswered) reject(ended);
    unanswered.clear();
  }
  connection.on('error', end);

  // A race against one promise that lasts as long as the session would keep the answer of every query for as long.
  async function ask<T>(sql: string, values: unknown[], timeout = QUERY_TIMEOUT_MS): Promise<T> {
    if (ended !== undefined) throw ended;
    let giveUp: (reason: Error) => void = () => undefined;
    const answer = new Promise<T>((resolve, reject) => {
      giveUp = reject;
      unanswered.add(giveUp);
      connection.query({ sql, values, timeout }).then(([result]) => resolve(result as T), reject);
    });
    return answer.finally(() => unanswered.delete(giveUp));
  }

  function close(): void {
    end(new Error('The database session is closed.'));
    connection.destroy();
  }

  return {
    rows: <T extends object>(sql: string, values: unknown[] = [], timeout?: number) => ask<T[]>(sql, values, timeout),
    change: async (sql, values = []) => (await ask<ResultSetHeader>(sql, values)).affectedRows,
    async changeTogether(statements) {
      const sql = ['START TRANSACTION', ...statements.map((each) => each.sql), 'COMMIT'].join('; ');
      try {
        await ask(
          sql,
          statements.flatMap(({ values }) => values),
        );
      } catch (error) {
        close();
        throw error;
      }
    },
    close,
  };
}
