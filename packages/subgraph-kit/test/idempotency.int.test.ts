import { IdempotencyKeyReused, newId } from '@shop/kernel';
import { createLogger } from '@shop/service-kit';
import { startTestServers, type TestServers } from '@shop/testkit';
import { type Database, openDatabase } from '../src/database.ts';
import { idempotencyTable, once } from '../src/idempotency.ts';

let servers: TestServers;
let database: Database;

beforeAll(async () => {
  servers = await startTestServers({ database: 'kit' });
  database = await openDatabase({
    settings: { DATABASE_URL: servers.databaseUrl, DATABASE_MIGRATE: false, DATABASE_POOL_SIZE: 25 },
    entities: [],
    migrations: [],
    log: createLogger('kit', { level: 'silent' }),
  });
  const em = database.fork();
  await em.execute(idempotencyTable);
  await em.execute('CREATE TABLE effects (id BIGINT AUTO_INCREMENT PRIMARY KEY, amount INT NOT NULL)');
});

afterAll(async () => {
  await database?.close();
  await servers?.close();
});

const effects = async () =>
  Number((await database.fork().execute<{ n: number }[]>('SELECT COUNT(*) AS n FROM effects'))[0]?.n);

function charge(userId: string, key: string, amount: number) {
  return database.fork().transactional((em) =>
    once(em, { userId, key, operation: 'charge', input: { amount } }, async () => {
      await em.execute('INSERT INTO effects (amount) VALUES (?)', [amount]);
      return { amount };
    }),
  );
}

it('has one effect and one answer for a key sent twenty times at once', async () => {
  const before = await effects();
  const user = newId();
  const results = await Promise.all(Array.from({ length: 20 }, () => charge(user, 'k', 7)));
  expect(await effects()).toBe(before + 1);
  expect(results.map(({ answer }) => answer)).toEqual(Array(20).fill({ amount: 7 }));
  expect(results.filter(({ replayed }) => !replayed)).toHaveLength(1);
});

it('remembers nothing of an effect that failed', async () => {
  const user = newId();
  const failing = database
    .fork()
    .transactional((em) =>
      once(em, { userId: user, key: 'k', operation: 'charge', input: {} }, () => Promise.reject(new Error('no'))),
    );
  await expect(failing).rejects.toThrow('no');
  expect((await charge(user, 'k', 3)).replayed).toBe(false);
});

it('refuses the key for another input and lets another user have it', async () => {
  const user = newId();
  await charge(user, 'k', 1);
  await expect(charge(user, 'k', 2)).rejects.toThrow(IdempotencyKeyReused);
  expect((await charge(newId(), 'k', 2)).replayed).toBe(false);
});

it('tells keys apart by case', async () => {
  const user = newId();
  await charge(user, 'key', 1);
  expect((await charge(user, 'KEY', 2)).replayed).toBe(false);
});
