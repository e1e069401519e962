import { createConnection } from 'mysql2/promise';
import { runOrThrow } from '../processes/run.ts';
import type { ServerSources } from './sources.ts';

export interface ReplicationRole {
  /** Its own number among the servers that take part. */
  serverId: number;
  /** Nobody but an administrator, and replication, writes here. */
  readOnly?: boolean;
}

/** With transaction identifiers a replica knows by itself where it was, and what it lacks. */
export function replicationFlags({ serverId, readOnly = false }: ReplicationRole): string[] {
  return [
    ...(readOnly ? ['--read-only=ON'] : []),
    ...[`--server-id=${serverId}`, '--log-bin=binlog', '--gtid-mode=ON', '--enforce-gtid-consistency=ON'],
    // What a connection of the replica left in flight is fetched anew after a restart.
    ...['--relay-log=relay', '--relay-log-recovery=ON', '--sync-binlog=0'],
  ];
}

export interface Replication {
  /** Where both servers come from. */
  source: ServerSources['mysql'];
  /** Addresses with an administrator's name and password. */
  primaryUrl: string;
  replicaUrl: string;
  /** How far behind it stays on purpose. */
  delaySeconds?: number;
}

/**
 * Makes a server, new and empty like its primary was, follow the primary from its first transaction: users and databases
 * come along. It goes on with that by itself after a restart of either.
 */
export async function replicateFrom({ source, primaryUrl, replicaUrl, delaySeconds = 0 }: Replication): Promise<void> {
  const { host, port } = await addressForServers(source, primaryUrl);
  const { username, password } = new URL(primaryUrl);
  await asAdmin(
    replicaUrl,
    `CHANGE REPLICATION SOURCE TO SOURCE_HOST = '${host}', SOURCE_PORT = ${port}, SOURCE_USER = '${username}',
       SOURCE_PASSWORD = '${password}', SOURCE_AUTO_POSITION = 1, GET_SOURCE_PUBLIC_KEY = 1,
       SOURCE_CONNECT_RETRY = 1, SOURCE_RETRY_COUNT = 86400, SOURCE_HEARTBEAT_PERIOD = 0.5, SOURCE_DELAY = ${delaySeconds}`,
    'START REPLICA',
  );
}

/** From now on the replica applies what its primary committed this long ago. */
export async function setReplicationDelay(replicaUrl: string, delaySeconds: number): Promise<void> {
  await asAdmin(
    replicaUrl,
    'STOP REPLICA SQL_THREAD',
    `CHANGE REPLICATION SOURCE TO SOURCE_DELAY = ${delaySeconds}`,
    'START REPLICA SQL_THREAD',
  );
}

/** Resolves when the replica has applied everything that its primary has committed by now. */
export async function replicaCaughtUp(primaryUrl: string, replicaUrl: string, timeoutSeconds = 20): Promise<void> {
  const [committed] = await asAdmin(primaryUrl, 'SELECT @@GLOBAL.gtid_executed AS value');
  const statement = `SELECT WAIT_FOR_EXECUTED_GTID_SET('${committed}', ${timeoutSeconds}) AS value`;
  const [timedOut] = await asAdmin(replicaUrl, statement);
  if (Number(timedOut) !== 0) throw new Error(`The replica did not catch up within ${timeoutSeconds} s.`);
}

/** How one server reaches another: containers meet in Docker's own network, at the ports inside. */
async function addressForServers(source: ServerSources['mysql'], url: string): Promise<{ host: string; port: number }> {
  const { hostname, port } = new URL(url);
  if (source.kind !== 'docker') return { host: hostname, port: Number(port) };
  const format = '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}';
  const address = await runOrThrow('docker', ['inspect', '--format', format, `shopgraph-mysql-${port}`]);
  return { host: address.trim(), port: 3306 };
}

/** Runs statements on one connection and returns the last one's `value` of each row. */
async function asAdmin(url: string, ...statements: string[]): Promise<unknown[]> {
  const connection = await createConnection(url);
  try {
    let rows: unknown = [];
    for (const statement of statements) [rows] = await connection.query(statement);
    return Array.isArray(rows) ? rows.map((row) => (row as { value: unknown }).value) : [];
  } finally {
    await connection.end();
  }
}
