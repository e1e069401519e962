import { newId, Viewer } from '@shop/kernel';
import { connectRedis, createRecentWrites, type RedisConnection } from '@shop/redis';
import { createLogger, createMetrics, loadConfig } from '@shop/service-kit';
import { eventually, startTestServers, type TestServers } from '@shop/testkit';
import { z } from 'zod';
import { type Database, databaseSettings, openDatabase } from '../src/database.ts';
import { openReplicaReads, type ReadReplica, type ReplicaReads, replicaSettings } from '../src/replica-reads.ts';
import { transactional } from '../src/transactional.ts';
import { type SilentLine, silentLine } from './silent-line.ts';

const log = createLogger('kit', { level: 'silent' });
const metrics = createMetrics('kit');
const schema = z.object({ ...databaseSettings, ...replicaSettings });

let servers: TestServers;
let database: Database;
let redis: RedisConnection;
let line: SilentLine;
let reads: ReplicaReads;

const settingsOf = (env: Record<string, string>) =>
  loadConfig(schema, { DATABASE_URL: servers.databaseUrl, DATABASE_MIGRATE: 'true', ...env });

const openReads = (env: Record<string, string>) => {
  const settings = settingsOf(env);
  const recentWrites = createRecentWrites({ redis, keptSeconds: settings.READ_YOUR_WRITES_SECONDS });
  return openReplicaReads({ settings, database, recentWrites, metrics, log });
};

beforeAll(async () => {
  servers = await startTestServers({ redis: true, database: 'kit', replica: true });
  redis = await connectRedis({ url: servers.redis.url, log });
  database = await openDatabase({ settings: settingsOf({}), entities: [], migrations: [], log });
  await database.fork().execute('CREATE TABLE things (id CHAR(36) PRIMARY KEY)');
  await servers.replica.caughtUp();
  line = await silentLine(servers.replica.url);
  // The second is never there.
  reads = await openReads({ DATABASE_REPLICA_URLS: `${line.url}, mysql://nobody@127.0.0.1:1/kit` });
});
afterAll(async () => {
  await reads?.close();
  await line?.close();
  await database?.close();
  await redis?.close();
  await servers?.close();
});

/** A request of nobody in particular. */
const request = (em = database.fork()): ReadReplica => reads.readerFor(Viewer.anonymous, { em });

/** Which server answers: replicas have a number of their own. */
async function serverOf(read: ReadReplica): Promise<'primary' | 'replica'> {
  const [row] = await read((em) => em.execute<{ id: number }[]>('SELECT @@server_id AS id'));
  return Number(row?.id) === 1 ? 'primary' : 'replica';
}

const untilReplica = () =>
  eventually(async () => expect(await serverOf(request())).toBe('replica'), { timeoutMs: 15_000, everyMs: 100 });

async function count(outcome: string): Promise<number> {
  const { values } = await metrics.counter('shop_replica_reads_total', '', ['outcome']).get();
  return values.find(({ labels }) => labels.outcome === outcome)?.value ?? 0;
}

it('asks a replica that follows, however many others are dead', async () => {
  await untilReplica();
  for (let times = 0; times < 20; times++) expect(await serverOf(request())).toBe('replica');
});

it('never asks one inside a transaction', async () => {
  await untilReplica();
  const em = database.fork();
  await transactional(em, async (inside) => {
    const id = newId();
    await inside.execute('INSERT INTO things VALUES (?)', [id]);
    expect(await request(inside)((from) => from.execute('SELECT id FROM things WHERE id = ?', [id]))).toHaveLength(1);
  });
});

it('keeps nobody waiting for a replica that has fallen silent, and asks it again when it answers', async () => {
  await untilReplica();
  const errorsBefore = await count('fallback_error');
  line.goSilent();
  // Those who asked just then wait for as long as patience lasts; whoever comes later does not.
  const asked = await Promise.all(Array.from({ length: 15 }, () => serverOf(request())));
  expect(new Set(asked)).toEqual(new Set(['primary']));
  const before = performance.now();
  expect(await serverOf(request())).toBe('primary');
  expect(performance.now() - before).toBeLessThan(1_000);
  expect(await count('fallback_error')).toBe(errorsBefore + 16);
  line.speakAgain();
  await untilReplica();
});

it('goes on with the primary, and stays there for the request, when the replica cannot answer a query', async () => {
  await untilReplica();
  // As before a migration has reached it.
  const read = request();
  const answer = await read((em) =>
    em.execute(`SELECT 1 AS one WHERE IF(@@server_id = 1, 1, (SELECT 1 UNION SELECT 2))`),
  );
  expect(answer).toEqual([{ one: 1 }]);
  expect(await serverOf(read)).toBe('primary');
  expect(await serverOf(request())).toBe('replica');
});

it('refuses settings with which a viewer could miss their own change', async () => {
  const env = { DATABASE_REPLICA_URLS: servers.replica.url, READ_YOUR_WRITES_SECONDS: '2', REPLICA_MAX_LAG_MS: '3000' };
  await expect(openReads(env)).rejects.toThrow('READ_YOUR_WRITES_SECONDS');
  const withoutRedis = { settings: settingsOf(env), database, recentWrites: null, metrics, log };
  await expect(openReplicaReads(withoutRedis)).rejects.toThrow('REDIS_URL');
});
