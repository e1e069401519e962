import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { loadConfig } from '@shop/service-kit';
import { eventually } from '@shop/testkit';
import { gatewaySettings, startGateway } from '../src/index.ts';
import { subscribe } from './library/events.ts';
import { startLibrary } from './library/start-library.ts';

it('finishes the request in flight when it is told to stop, and takes no more', async () => {
  const library = await startLibrary();
  const slow = library.client().query('{ slow(ms: 400) }');
  await eventually(() => expect(library.books.requests).toHaveLength(1));
  const closed = library.gateway.close();
  expect((await slow).data).toEqual({ slow: 'done' });
  await closed;
  await expect(library.client().query('{ __typename }')).rejects.toThrow('fetch failed');
  await library.close();
});

it('goes on serving for as long as a balancer needs to notice that it stops', async () => {
  const library = await startLibrary({ DRAIN_DELAY_MS: '2000' });
  const closed = library.gateway.close();
  const readyz = await fetch(library.gateway.url.replace('/graphql', '/readyz'));
  expect([readyz.status, await readyz.json()]).toMatchObject([503, { reasons: { process: 'is shutting down' } }]);
  expect((await library.client().query('{ book(id: "b1") { title } }')).data).toEqual({ book: { title: 'Emma' } });
  await closed;
  await expect(library.client().query('{ __typename }')).rejects.toThrow('fetch failed');
  await library.close();
});

it('sends the clients of sockets elsewhere when it stops', async () => {
  const library = await startLibrary();
  const subscriber = subscribe(library.gateway.url, '{ slow(ms: 5000) }');
  await eventually(() => expect(library.books.requests).toHaveLength(1));
  await library.gateway.close();
  await eventually(() => expect(subscriber.closed).toMatchObject([{ code: 1012 }]));
  await subscriber.client.dispose();
  await library.close();
});

it('takes over a new supergraph, and refuses one that is broken', async () => {
  const library = await startLibrary();
  const sdl = await readFile(library.supergraphPath, 'utf8');
  const readyz = async () => (await fetch(library.gateway.url.replace('/graphql', '/readyz'))).json();

  await writeFile(library.supergraphPath, 'type Query {');
  await eventually(async () =>
    expect(await readyz()).toMatchObject({ ready: true, degraded: { supergraph: expect.any(String) } }),
  );
  expect((await library.client().query('{ book(id: "b1") { title } }')).data).toEqual({ book: { title: 'Emma' } });

  await writeFile(library.supergraphPath, sdl.replace('type Notice', '"What the new one says."\ntype Notice'));
  await eventually(async () => {
    const { data } = await library.client().query('{ __type(name: "Notice") { description } }');
    expect(data).toEqual({ __type: { description: 'What the new one says.' } });
  });
  expect(await readyz()).toMatchObject({ degraded: {} });
  await library.close();
});

it('starts and stops as a process that has nothing but a supergraph and a port', async () => {
  const library = await startLibrary();
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
  const { execPath, env } = process;
  const gateway = spawn(execPath, ['--conditions=source', main], {
    env: { PATH: env.PATH, SUPERGRAPH_PATH: library.supergraphPath, PORT: '0' },
  });
  const ended = once(gateway, 'exit');
  let said = '';
  gateway.stdout.on('data', (chunk) => {
    said += chunk;
  });
  try {
    await eventually(() => expect(said).toContain('Started.'), { timeoutMs: 100_000 });
    gateway.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  } finally {
    gateway.kill('SIGKILL');
    await library.close();
  }
}, 150_000);

it('says what is wrong with a supergraph it cannot start with', async () => {
  const config = loadConfig(gatewaySettings, { SUPERGRAPH_PATH: '/nowhere/supergraph.graphql', LOG_LEVEL: 'silent' });
  await expect(startGateway(config)).rejects.toThrow(/SUPERGRAPH_PATH: \/nowhere\/supergraph.graphql .* no such file/);
  const path = fileURLToPath(import.meta.url);
  const broken = loadConfig(gatewaySettings, { SUPERGRAPH_PATH: path, LOG_LEVEL: 'silent' });
  await expect(startGateway(broken)).rejects.toThrow(/it holds no supergraph that can be served: .*Syntax Error/);
});

it('answers subscriptions with what is switched off when there is no NATS', async () => {
  const library = await startLibrary();
  const subscriber = subscribe(library.gateway.url, 'subscription { bookReturned { returnedAt } }');
  await eventually(() =>
    expect(subscriber.errors).toMatchObject([[{ message: 'Subscriptions are switched off here.' }]]),
  );
  await subscriber.client.dispose();
  await library.close();
});
