import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createProgress, findServers, localDir, startMysql, sweepPath } from '@shop/local';
import { onRunEnd } from './run-end.ts';
import { publishRunServers } from './run-servers.ts';

/** Starts the MySQL that all test files of a jest run share; each has databases of its own in it. */
export default async function setUp(): Promise<void> {
  const progress = createProgress((line) => process.stderr.write(`${line}\n`));
  const dir = await mkdtemp(join(tmpdir(), 'shopgraph-test-'));
  // Whatever ends this process, Ctrl-C and SIGKILL included, the directory goes, and MySQL with it.
  sweepPath(dir);
  const sources = await findServers({ localDir, progress, addresses: false });
  const templatesDir = join(localDir, 'servers');
  const mysql = await progress.step('MySQL of this test run', () =>
    startMysql({ source: sources.mysql, dir: join(dir, 'mysql'), templatesDir, forTests: true }),
  );
  onRunEnd(dir, mysql);
  publishRunServers({ mysqlAdminUrl: mysql.url, sources, templatesDir, dir });
}
