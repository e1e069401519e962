import type { MigrationObject } from '@mikro-orm/core';
import { Migration } from '@mikro-orm/migrations';
import type { EntityManager } from '@mikro-orm/mysql';

class ReplicaHeartbeat extends Migration {
  override up(): void {
    this.addSql(`CREATE TABLE replica_heartbeat (
      id TINYINT UNSIGNED NOT NULL,
      beat_at DATETIME(3) NOT NULL,
      PRIMARY KEY (id)
    ) ENGINE = InnoDB`);
    this.addSql('INSERT INTO replica_heartbeat (id, beat_at) VALUES (1, UTC_TIMESTAMP(3))');
  }
}

/** The table of one row by which replicas are seen to follow; every database has it. */
export const heartbeatMigration: MigrationObject = { name: 'kit-replica-heartbeat', class: ReplicaHeartbeat };

/**
 * Writes the time into the primary's row and returns it, by the primary's clock. The row changes about once a second,
 * however many processes do this: whoever is late finds nothing to change.
 */
export async function beat(primary: EntityManager): Promise<string> {
  await primary.execute(
    `UPDATE replica_heartbeat SET beat_at = UTC_TIMESTAMP(3)
      WHERE id = 1 AND beat_at < UTC_TIMESTAMP(3) - INTERVAL 900000 MICROSECOND`,
  );
  const [row] = await primary.execute<{ now: string }[]>('SELECT UTC_TIMESTAMP(3) AS now');
  return (row as { now: string }).now;
}

/** How long before `primaryTime` the last beat that the replica has was written, in ms: a comparison of one clock with itself. */
export async function beatAgeMs(replica: EntityManager, primaryTime: string): Promise<number> {
  const [row] = await replica.execute<{ ageMs: number }[]>(
    'SELECT TIMESTAMPDIFF(MICROSECOND, beat_at, ?) DIV 1000 AS ageMs FROM replica_heartbeat WHERE id = 1',
    [primaryTime],
  );
  if (row === undefined) throw new Error('The replica has no heartbeat.');
  return Number(row.ageMs);
}
