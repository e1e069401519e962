import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { eventually, startTestServers, type TestServers } from '@shop/testkit';
import { type DatabaseSession, openDatabaseSession } from '../src/database-session.ts';

let servers: TestServers;
let session: DatabaseSession;

beforeAll(async () => {
  servers = await startTestServers({ database: 'session' });
  session = await openDatabaseSession(servers.databaseUrl);
  await session.change('CREATE TABLE boxes (id INT PRIMARY KEY)');
});
afterAll(async () => {
  session.close();
  await servers.close();
});

it('keeps nothing of an answer that its reader has let go', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage: () => void = runInNewContext('gc');
  const answers: WeakRef<object>[] = [];
  for (let i = 0; i < 50; i++) answers.push(new WeakRef(await session.rows('SELECT ? AS n', [i])));

  await eventually(() => {
    collectGarbage();
    // The driver may hold on to the last one.
    expect(answers.filter((answer) => answer.deref() !== undefined).length).toBeLessThanOrEqual(1);
  });
});

it('fails what is not answered when it is closed, and what is asked afterwards', async () => {
  const closed = await openDatabaseSession(servers.databaseUrl);
  const sleeping = closed.rows('SELECT SLEEP(60)');
  closed.close();
  await expect(sleeping).rejects.toThrow('The database session is closed.');
  await expect(closed.rows('SELECT 1')).rejects.toThrow('The database session is closed.');
});

it('changes things together, or not at all', async () => {
  await session.changeTogether([
    { sql: 'INSERT INTO boxes VALUES (?)', values: [1] },
    { sql: 'INSERT INTO boxes VALUES (?)', values: [2] },
  ]);
  const another = await openDatabaseSession(servers.databaseUrl);
  const failing = another.changeTogether([
    { sql: 'INSERT INTO boxes VALUES (?)', values: [3] },
    { sql: 'INSERT INTO boxes VALUES (?)', values: [2] },
  ]);
  await expect(failing).rejects.toThrow(/Duplicate entry/);

  // Its transaction ends with it: nobody waits for what it had locked.
  await expect(another.rows('SELECT 1')).rejects.toThrow('The database session is closed.');
  expect(await session.rows('SELECT id FROM boxes ORDER BY id FOR SHARE')).toEqual([{ id: 1 }, { id: 2 }]);
});
