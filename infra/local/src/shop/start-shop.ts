import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { rootDir } from '../paths.ts';
import type { RunningProcess } from '../processes/launch.ts';
import { runOrThrow } from '../processes/run.ts';
import type { Supervised } from '../processes/supervise.ts';
import type { Progress } from '../progress.ts';
import { createDatabases, type DatabaseAccount } from '../servers/databases.ts';
import type { ServerSources } from '../servers/sources.ts';
import { findPorts, type PortChoice } from './find-ports.ts';
import type { RunFile } from './run-file.ts';
import { createRunState } from './run-state.ts';
import { openSecrets } from './secrets.ts';
import { environmentOf, inheritedEnvironment, type Surroundings } from './service-environment.ts';
import { type ServiceName, type StandInName, serviceSpecs, shopDatabases, standIns } from './service-list.ts';
import { type ShopProcess, shopProcesses, superviseShopProcess } from './shop-processes.ts';
import { startShopServers } from './start-servers.ts';

export interface ShopOptions extends PortChoice {
  /** Holds everything this shop writes: data, logs, secrets, run.json. */
  dir: string;
  sources: ServerSources;
  /** Keeps what makes a new MySQL start fast; may be shared by many shops. */
  templatesDir: string;
  forTests?: boolean;
  /** Added to the environment of every process, or of one service's. */
  env?: Partial<Record<ServiceName | 'all', Record<string, string>>>;
  /** The last step before run.json says that everything is ready. */
  prepare?: (shop: Omit<Shop, 'close'>) => Promise<void>;
  /** Gives the start up. */
  signal?: AbortSignal;
  progress: Progress;
}

export interface Account {
  email: string;
  password: string;
  name: string;
}

/** The whole shop, running. */
export interface Shop {
  gatewayUrl: string;
  /** What runs where at this moment; run.json says the same. */
  run: RunFile;
  /** The base URL of the first instance of a service, or of a stand-in. */
  urlOf(name: ServiceName | StandInName): string;
  /** Makes an ADMIN, which the public API cannot. */
  createAdmin(account: Account): Promise<void>;
  /** Ends every instance of a service; it is started again at once. */
  restart(service: ServiceName): Promise<void>;
  /** Stops the gateway first, then the services, then the servers. */
  close(): Promise<void>;
}

type Closers = (() => Promise<unknown>)[];

/** Starts servers, databases and every process of the shop, and resolves when all of them are ready. */
export async function startShop(options: ShopOptions): Promise<Shop> {
  const closers: Closers = [];
  const close = async (): Promise<void> => {
    for (const closeOne of closers.splice(0).reverse()) await closeOne();
  };
  try {
    return { ...(await openShop(options, closers)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openShop(options: ShopOptions, closers: Closers): Promise<Omit<Shop, 'close'>> {
  const { dir, progress, env = {}, signal = new AbortController().signal } = options;
  const logsDir = join(dir, 'logs');
  rmSync(logsDir, { recursive: true, force: true });
  const secret = openSecrets(join(dir, 'secrets.json'));
  const state = createRunState(dir);

  const servers = await startShopServers({
    sources: options.sources,
    templatesDir: options.templatesDir,
    dir: join(dir, 'data'),
    logsDir,
    mysqlPassword: secret('mysql-root'),
    ports: options.ports,
    forTests: options.forTests ?? false,
    signal,
    progress,
    onStarted: state.server,
  });
  closers.push(() => Promise.all(Object.values(servers).map((server) => server.close())));
  const [mysql, redis, nats] = [servers.mysql.current(), servers.redis.current(), servers.nats.current()];
  state.mysqlAdmin(mysql.url);

  const databases = databaseAccounts(secret);
  const databaseUrls = await progress.step('databases and their users', () => createDatabases(mysql.url, databases));
  const around: Surroundings = {
    ports: await findPorts(options),
    databaseUrl: (name) => databaseUrls[name],
    redisUrl: redis.url,
    natsUrl: nats.url,
    secret,
  };

  const processes = shopProcesses({ around, dataDir: join(dir, 'data'), env, state });
  const running = new Map<ShopProcess, Supervised<RunningProcess>>();
  const closeThose = (are: (what: ShopProcess) => boolean) => async (): Promise<void> => {
    await Promise.all([...running].filter(([what]) => are(what)).map(([, supervised]) => supervised.close()));
  };
  // In reverse: the door first, and nothing is stopped that something still running needs.
  closers.push(closeThose(({ service }) => service === null));
  closers.push(closeThose(({ service }) => service !== null && service !== 'gateway'));
  closers.push(closeThose(({ service }) => service === 'gateway'));
  const begin = async (what: ShopProcess): Promise<void> => {
    const start = () => superviseShopProcess(what, { logsDir, signal, progress, forTests: options.forTests ?? false });
    running.set(what, await progress.step(`${what.name} on port ${what.port}`, start));
  };
  throwFirst(await Promise.allSettled(processes.map(begin)));

  const gatewayUrl = `http://127.0.0.1:${around.ports.services.gateway[0]}/graphql`;
  const shop: Omit<Shop, 'close'> = {
    gatewayUrl,
    run: state.file,
    urlOf: (name) =>
      `http://127.0.0.1:${isStandIn(name) ? around.ports.standIns[name] : around.ports.services[name][0]}`,
    createAdmin: ({ email, password, name }) => createAdmin(around, { email, password, name }),
    async restart(service) {
      const instances = [...running].filter(([what]) => what.service === service);
      await Promise.all(instances.map(([, supervised]) => supervised.restart()));
    },
  };
  await options.prepare?.(shop);
  closers.push(async () => state.remove());
  state.publish(gatewayUrl);
  return shop;
}

async function createAdmin(around: Surroundings, { email, password, name }: Account): Promise<void> {
  const main = join(rootDir, serviceSpecs.user.workspace, 'dist/main.js');
  await runOrThrow(process.execPath, [main, 'create-admin', '--email', email, '--name', name], {
    // Not on the command line, where every user of the machine could read it.
    env: { ...inheritedEnvironment(), ...environmentOf('user', 0, around), ADMIN_PASSWORD: password },
    timeoutMs: 30_000,
  });
}

function databaseAccounts(secret: (name: string) => string): DatabaseAccount[] {
  return shopDatabases.map((database) => ({ database, user: database, password: secret(`database-${database}`) }));
}

function throwFirst(results: readonly PromiseSettledResult<unknown>[]): void {
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

function isStandIn(name: ServiceName | StandInName): name is StandInName {
  return name in standIns;
}
