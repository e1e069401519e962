import { type Connection, createConnection } from 'mysql2/promise';

/** A database with a user of its own, who sees nothing else. */
export interface DatabaseAccount {
  database: string;
  user: string;
  password: string;
}

/** Creates what is missing of the databases and their users; returns each database's URL. */
export async function createDatabases(
  adminUrl: string,
  accounts: readonly DatabaseAccount[],
): Promise<Record<string, string>> {
  return asAdmin(adminUrl, async (connection) => {
    const urls: Record<string, string> = {};
    for (const { database, user, password } of accounts) {
      const who = `${connection.escape(user)}@'%'`;
      const secret = connection.escape(password);
      await connection.query(`CREATE DATABASE IF NOT EXISTS ${connection.escapeId(database)} CHARACTER SET utf8mb4`);
      await connection.query(`CREATE USER IF NOT EXISTS ${who} IDENTIFIED BY ${secret}`);
      // The password may be from a run whose secrets are gone.
      await connection.query(`ALTER USER ${who} IDENTIFIED BY ${secret}`);
      await connection.query(`GRANT ALL ON ${connection.escapeId(database)}.* TO ${who}`);
      const url = new URL(adminUrl);
      url.username = user;
      url.password = password;
      url.pathname = `/${database}`;
      urls[database] = url.href;
    }
    return urls;
  });
}

/** Removes databases and their users. */
export async function dropDatabases(
  adminUrl: string,
  accounts: readonly Omit<DatabaseAccount, 'password'>[],
): Promise<void> {
  await asAdmin(adminUrl, async (connection) => {
    for (const { database, user } of accounts) {
      await connection.query(`DROP DATABASE IF EXISTS ${connection.escapeId(database)}`);
      await connection.query(`DROP USER IF EXISTS ${connection.escape(user)}@'%'`);
    }
  });
}

async function asAdmin<T>(adminUrl: string, work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await createConnection(adminUrl);
  try {
    return await work(connection);
  } finally {
    await connection.end();
  }
}
