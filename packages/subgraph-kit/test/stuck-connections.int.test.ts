import { Migration } from '@mikro-orm/migrations';
import { newId } from '@shop/kernel';
import { createLogger } from '@shop/service-kit';
import { eventually, startTestServers, type TestServers } from '@shop/testkit';
import { type Database, type DatabaseOptions, openDatabase } from '../src/database.ts';
import { fromDriver } from '../src/driver-errors.ts';
import { type SilentLine, silentLine } from './silent-line.ts';

const log = createLogger('kit', { level: 'silent' });
const shortly = { lockWaitSeconds: 1, idleSeconds: 3, answerSeconds: 3 };

let servers: TestServers;
let line: SilentLine;
let database: Database;
let elsewhere: Database;

class AlterLargeTable extends Migration {
  override up(): void {
    this.addSql('SELECT SLEEP(2)');
  }
}

function open(url: string, options: Partial<DatabaseOptions> = {}): Promise<Database> {
  const settings = { DATABASE_URL: url, DATABASE_MIGRATE: options.migrations !== undefined, DATABASE_POOL_SIZE: 2 };
  return openDatabase({ settings, entities: [], migrations: [], log, ...options });
}

beforeAll(async () => {
  servers = await startTestServers({ database: 'kit' });
  line = await silentLine(servers.databaseUrl);
  database = await open(servers.databaseUrl, { patience: shortly });
  elsewhere = await open(line.url, { patience: shortly });
  await database.fork().execute('CREATE TABLE things (id CHAR(36) PRIMARY KEY, n INT NOT NULL)');
});
afterAll(async () => {
  await elsewhere?.close();
  await line?.close();
  await database?.close();
  await servers?.close();
});

async function aThing(): Promise<string> {
  const id = newId();
  await database.fork().execute('INSERT INTO things VALUES (?, 0)', [id]);
  return id;
}

const change = (em: { execute(sql: string, values: unknown[]): Promise<unknown> }, id: string) =>
  em.execute('UPDATE things SET n = n + 1 WHERE id = ?', [id]);

it('takes a row from a client that vanished in a transaction', async () => {
  const id = await aThing();
  const ghost = elsewhere.fork();
  await ghost.begin();
  await change(ghost, id);
  line.loseAll();

  const refused = await change(database.fork(), id).then(() => null, fromDriver);
  expect(refused).toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  await eventually(() => change(database.fork(), id), { timeoutMs: 15_000 });
  await expect(ghost.commit()).rejects.toThrow();
  expect(await database.fork().execute('SELECT n FROM things WHERE id = ?', [id])).toEqual([{ n: 1 }]);
});

it('gives up every connection to a server that vanished, tells who waited on them, and goes on with new ones', async () => {
  const id = await aThing();
  const sleeping = `SELECT 1 FROM information_schema.processlist WHERE info = 'SELECT SLEEP(30)'`;
  // As many as the pool has, so that nobody else gets one.
  const waiting = [elsewhere.fork(), elsewhere.fork()].map((em) => em.execute('SELECT SLEEP(30)').catch(fromDriver));
  await eventually(async () => expect(await database.fork().execute(sleeping)).toHaveLength(2));
  const next = change(elsewhere.fork(), id);
  line.loseAll();

  await next;
  for (const told of await Promise.all(waiting)) expect(told).toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
});

const statementsLike = (sql: string) =>
  database.fork().execute('SELECT id FROM information_schema.processlist WHERE info = ?', [sql]);

it('waits for a table that is being altered no longer than for a row', async () => {
  const sql = `UPDATE things SET n = n + 1 WHERE id = '${await aThing()}'`;
  await database.fork().transactional(async (altering) => {
    await altering.execute('LOCK TABLES things WRITE');
    expect(await elsewhere.fork().execute(sql).catch(fromDriver)).toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(await statementsLike(sql)).toEqual([]);
    await altering.execute('UNLOCK TABLES');
  });
});

it('has the server end a SELECT before nobody waits for it any more', async () => {
  const sql = `SELECT n FROM things WHERE id = '${await aThing()}' AND SLEEP(60)`;
  const told = () => elsewhere.fork().execute(sql).catch(fromDriver);
  const expected = { code: 'SERVICE_UNAVAILABLE', cause: { code: 'ER_QUERY_TIMEOUT' } };
  await eventually(async () => expect(await told()).toMatchObject(expected), { timeoutMs: 20_000 });
});

it('lets no connection grow so old in the pool that the server takes it away', async () => {
  // Neither the server nor the socket ends it, so the pool does.
  const idle = await open(servers.databaseUrl, { patience: { idleSeconds: 3, answerSeconds: 600 } });
  const connectionId = await idle.fork().transactional(async (em) => {
    await em.execute('SET SESSION wait_timeout = 600');
    const [row] = await em.execute<{ id: number }[]>('SELECT CONNECTION_ID() AS id');
    return row?.id;
  });
  const isThere = 'SELECT id FROM information_schema.processlist WHERE id = ?';
  expect(await elsewhere.fork().execute(isThere, [connectionId])).toHaveLength(1);
  await eventually(async () => expect(await elsewhere.fork().execute(isThere, [connectionId])).toHaveLength(0), {
    everyMs: 100,
    timeoutMs: 10_000,
  });
  await idle.close();
});

it('has sessions with the limits that are documented', async () => {
  const plain = await open(servers.databaseUrl);
  expect(
    await plain.fork().execute(
      `SELECT @@transaction_isolation AS isolation, @@wait_timeout AS idle, @@innodb_lock_wait_timeout AS held,
                @@lock_wait_timeout AS altered, @@max_execution_time AS selects`,
    ),
  ).toEqual([{ isolation: 'READ-COMMITTED', idle: 10, held: 5, altered: 5, selects: 9_000 }]);
  await plain.close();
});

it('migrates for as long as it takes, under a lock that is idle all the while', async () => {
  const migrations = [{ name: 'alter-large-table', class: AlterLargeTable }];
  const migrated = await open(servers.databaseUrl, {
    migrations,
    patience: { lockWaitSeconds: 1, idleSeconds: 1, answerSeconds: 1 },
  });
  const done = await migrated.fork().execute(`SELECT name FROM migrations WHERE name = 'alter-large-table'`);
  expect(done).toHaveLength(1);
  await migrated.close();
});

it('migrates only when nobody else does, however long that takes', async () => {
  const holder = database.fork();
  await holder.begin();
  await holder.execute(`SELECT GET_LOCK(CONCAT('migrate:', DATABASE()), 0)`);
  let tries = 0;
  let isOpen = false;
  const opening = open(servers.databaseUrl, {
    migrations: [{ name: 'in-turn', class: AlterLargeTable }],
    onStatement(sql) {
      if (sql.includes('GET_LOCK')) tries += 1;
    },
  }).finally(() => {
    isOpen = true;
  });
  await eventually(async () => {
    await holder.execute('SELECT 1');
    expect(isOpen || tries > 1).toBe(true);
  });
  const wasInTurn = !isOpen;
  await holder.execute('DO RELEASE_ALL_LOCKS()');
  await holder.rollback();
  await (await opening).close();
  expect(wasInTurn).toBe(true);
});
