import { join } from 'node:path';
import { localDir, rootDir } from '../paths.ts';
import { runInView } from '../processes/run-in-view.ts';
import { runTask } from '../run-task.ts';
import { type RunFile, readRunFile } from '../shop/run-file.ts';
import { shopDatabases } from '../shop/service-list.ts';

const program = join(rootDir, 'packages/messaging/src/events.ts');

/** Where the running shop keeps its events; what the environment says already is left to it. */
function addressesOf({ servers: { mysql, nats } }: RunFile): Record<string, string> {
  const url = new URL('mysql://127.0.0.1');
  url.username = mysql.user;
  url.password = mysql.password;
  url.port = String(mysql.instances[0]?.port);
  const databaseUrls = shopDatabases.map((database) => new URL(`/${database}`, url).href);
  const { NATS_URL, OUTBOX_DATABASE_URLS } = process.env;
  return {
    ...(!NATS_URL && { NATS_URL: `nats://127.0.0.1:${nats.instances[0]?.port}` }),
    ...(!OUTBOX_DATABASE_URLS && { OUTBOX_DATABASE_URLS: databaseUrls.join(',') }),
  };
}

await runTask(() => {
  const run = readRunFile(localDir);
  const args = process.argv.slice(2);
  const isForHelp = args.some((arg) => ['--help', '-h', 'help'].includes(arg));
  if (run === null && !process.env.NATS_URL && !isForHelp) {
    process.stderr.write('The shop does not run here (`npm start` in another terminal), and no NATS_URL is set.\n');
  }
  return runInView(
    process.execPath,
    ['--conditions=source', '--disable-warning=ExperimentalWarning', program, ...args],
    run === null ? {} : addressesOf(run),
  );
});
