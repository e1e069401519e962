import type { AdminSql } from './admin-sql.ts';

/** How often each kind of statement was sent, by `<database user>: <normalised text>`. */
export type StatementCounts = Map<string, number>;

// What a pooled connection says once in its life, and what only brackets the statements of a transaction.
const NOT_COUNTED =
  /^(BEGIN|START TRANSACTION|COMMIT|ROLLBACK$|SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED$|SET SESSION WAIT_TIMEOUT)/i;

/** Counts every statement that the shop's processes send while `work` runs; what others send is not counted. */
export async function countStatements(admin: AdminSql, work: () => Promise<void>): Promise<StatementCounts> {
  await admin.rows("SET GLOBAL log_output = 'TABLE'");
  await admin.rows('TRUNCATE TABLE mysql.general_log');
  await admin.rows('SET GLOBAL general_log = ON');
  try {
    await work();
  } finally {
    await admin.rows('SET GLOBAL general_log = OFF');
    await admin.rows("SET GLOBAL log_output = 'FILE'");
  }
  const sent = await admin.rows<{ who: string; text: string }>(
    `SELECT SUBSTRING_INDEX(user_host, '[', 1) AS who, CONVERT(argument USING utf8mb4) AS text
       FROM mysql.general_log WHERE command_type IN ('Query', 'Execute') AND user_host LIKE 'shop%'`,
  );
  await admin.rows('TRUNCATE TABLE mysql.general_log');
  const counts: StatementCounts = new Map();
  for (const { who, text } of sent) {
    if (NOT_COUNTED.test(text.trim())) continue;
    const key = `${who}: ${normalised(text)}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

/** Statements that differ in their values alone look alike. */
function normalised(sql: string): string {
  return sql
    .replace(/'(?:[^'\\]|\\.|'')*'/g, '?')
    .replace(/\b\d+(?:\.\d+)?\b/g, '?')
    .replace(/\s+/g, ' ')
    .replace(/\?(?:, \?)+/g, '?…')
    .replace(/(\((?:[^()]|\([^()]*\))*\))(?:, \((?:[^()]|\([^()]*\))*\))+/g, '$1…')
    .trim();
}
