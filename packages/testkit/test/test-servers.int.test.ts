import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { createConnection } from 'mysql2/promise';
import { eventually, startTestServers, type TestServers, testTokens } from '../src/index.ts';

let servers: TestServers;
beforeAll(async () => {
  servers = await startTestServers({ redis: true, nats: true, database: 'shop' });
});
afterAll(() => servers.close());

describe('the servers of a test file', () => {
  it('are at addresses of their own', async () => {
    const others = await startTestServers({ redis: true, nats: true, database: 'shop' });
    expect(others.redis.url).not.toBe(servers.redis.url);
    expect(others.nats.url).not.toBe(servers.nats.url);
    expect(others.databaseUrl).not.toBe(servers.databaseUrl);
    await others.close();
    await expect(hello(others.nats.url)).rejects.toThrow('ECONNREFUSED');
  });

  it('can be stopped, and started again at the same address', async () => {
    const { nats } = servers;
    await nats.stop();
    await expect(hello(nats.url)).rejects.toThrow('ECONNREFUSED');
    await nats.start();
    expect(await hello(nats.url)).toMatch(/^INFO /);
  });

  it('say when one is used that was not asked for', () => {
    expect(() => servers.mysql).toThrow('"ownMysql"');
  });

  it('may include a MySQL that keeps its data and its password over a restart', async () => {
    const own = await startTestServers({ ownMysql: true });
    const before = await own.createDatabase('kept');
    await own.mysql.stop();
    await own.mysql.start();
    await expect(hello(before)).resolves.toBeDefined();
    await own.close();
  });

  it('may include a replica that follows, also after a restart, and stays behind when it is told to', async () => {
    const own = await startTestServers({ replica: true, database: 'followed' });
    const { replica } = own;
    const [primary, copy] = [own.databaseUrl, replica.url];
    await ask(primary, 'CREATE TABLE things (id INT PRIMARY KEY)');
    await replica.caughtUp();
    expect(await ask(copy, 'SELECT id FROM things')).toEqual([]);

    await replica.setDelay(60);
    await ask(primary, 'INSERT INTO things VALUES (1)');
    expect(await ask(copy, 'SELECT id FROM things')).toEqual([]);

    await replica.setDelay(0);
    await replica.stop();
    await replica.start();
    await replica.caughtUp();
    expect(await ask(copy, 'SELECT id FROM things')).toEqual([{ id: 1 }]);
    await expect(ask(copy, 'INSERT INTO things VALUES (2)')).rejects.toThrow('read-only');
    await own.close();
  });
});

describe('eventually', () => {
  it('returns the first result of an attempt that no longer throws', async () => {
    let attempts = 0;
    const third = await eventually(() => {
      attempts += 1;
      if (attempts < 3) throw new Error('not yet');
      return attempts;
    });
    expect(third).toBe(3);
  });

  it('rethrows the last error when time is up', async () => {
    const never = (): never => {
      throw new Error('still not');
    };
    await expect(eventually(never, { timeoutMs: 30 })).rejects.toThrow('still not');
  });
});

describe('test tokens', () => {
  it('verify against the key that their server publishes', async () => {
    const tokens = await testTokens();
    const keys = createRemoteJWKSet(new URL(tokens.jwksUrl));
    const { payload } = await jwtVerify(await tokens.mint({ userId: 'u1', role: 'ADMIN' }), keys, {
      issuer: 'shopgraph',
    });
    expect(payload).toMatchObject({ sub: 'u1', userId: 'u1', role: 'ADMIN' });
    await tokens.close();
  });
});

async function ask(url: string, statement: string): Promise<unknown> {
  const connection = await createConnection(url);
  try {
    return (await connection.query(statement))[0];
  } finally {
    await connection.end();
  }
}

function hello(url: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    socket.once('data', (bytes) => {
      socket.destroy();
      resolve(bytes.toString('latin1'));
    });
    socket.once('error', reject);
  });
}
