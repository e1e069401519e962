import { replicaCaughtUp, replicateFrom, type ServerSources, setReplicationDelay, startMysql } from '@shop/local';
import { stoppable, type TestServer } from './test-server.ts';

/** A MySQL that follows the test's own; `url` is of the test's database, or the administrator's when there is none. */
export interface TestReplica extends TestServer {
  /** From now on it stays this far behind. */
  setDelay(seconds: number): Promise<void>;
  /** Resolves when it has everything that the primary has committed by now; it must not be told to stay behind. */
  caughtUp(): Promise<void>;
}

interface TestReplicaOptions {
  source: ServerSources['mysql'];
  dir: string;
  templatesDir: string;
  primaryUrl: string;
  databaseUrl: string | undefined;
}

/** Starts a replica and resolves when it has all that its primary has. */
export async function startTestReplica(options: TestReplicaOptions): Promise<TestReplica> {
  const { source, dir, templatesDir, primaryUrl, databaseUrl } = options;
  const { password } = new URL(primaryUrl);
  const replication = { serverId: 2, readOnly: true };
  const server = await stoppable((port) =>
    startMysql({ source, dir, templatesDir, password, replication, forTests: true, ...port }),
  );
  await replicateFrom({ source, primaryUrl, replicaUrl: server.url });
  await replicaCaughtUp(primaryUrl, server.url);
  const url = new URL(databaseUrl ?? server.url);
  url.host = new URL(server.url).host;
  return {
    ...server,
    url: url.href,
    setDelay: (seconds) => setReplicationDelay(server.url, seconds),
    caughtUp: () => replicaCaughtUp(primaryUrl, server.url),
  };
}
