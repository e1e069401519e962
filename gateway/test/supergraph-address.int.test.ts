import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { loadConfig } from '@shop/service-kit';
import { eventually, graphqlClient } from '@shop/testkit';
import { publish, rollBack } from '../../schema/src/registry/registry.ts';
import { type RegistryServer, startRegistryServer } from '../../schema/src/registry/registry-server.ts';
import { gatewaySettings, type RunningGateway, startGateway } from '../src/index.ts';
import { type Library, startLibrary } from './library/start-library.ts';
import { edition, type SupergraphServer, startSupergraphServer } from './library/supergraph-server.ts';

let library: Library;
let sdl: string;
let registry: SupergraphServer;
let published: RegistryServer | undefined;
let gateway: RunningGateway | undefined;
beforeAll(async () => {
  library = await startLibrary();
  sdl = await readFile(library.supergraphPath, 'utf8');
});
afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
  await registry?.close();
  await published?.close();
  published = undefined;
});
afterAll(() => library.close());

const patience = { timeoutMs: 20_000 };

async function start(settings: Record<string, string> = {}): Promise<RunningGateway> {
  const env = {
    SUPERGRAPH_URL: (published ?? registry).url,
    SUPERGRAPH_POLL_MS: '100',
    PORT: '0',
    LOG_LEVEL: 'silent',
    ...settings,
  };
  gateway = await startGateway(loadConfig(gatewaySettings, env));
  return gateway;
}

const readyz = async ({ url }: RunningGateway) => (await fetch(url.replace('/graphql', '/readyz'))).json();
const ask = ({ url }: RunningGateway, query: string) => graphqlClient(url).query(query);
const NOTICE = '{ __type(name: "Notice") { description } }';
const described = (name: string) => ({ __type: { description: `edition ${name}` } });

it('polls an address, to which it says what it has', async () => {
  registry = await startSupergraphServer(edition(sdl, 'one'));
  const running = await start({ SUPERGRAPH_TOKEN: 'open-sesame' });
  expect((await ask(running, NOTICE)).data).toEqual(described('one'));
  await eventually(() =>
    expect(registry.requests.filter(({ answered }) => answered === 304).length).toBeGreaterThan(1),
  );
  registry.sdl = edition(sdl, 'two');
  await eventually(async () => expect((await ask(running, NOTICE)).data).toEqual(described('two')), patience);
  expect(registry.requests.filter(({ answered }) => answered === 200)).toHaveLength(2);
  expect(registry.requests.every(({ headers }) => headers.authorization === 'Bearer open-sesame')).toBe(true);
});

it('answers all requests in flight over many publishes, and takes a rollback as it takes any other', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'published-'));
  const publisher = { by: 'test', commit: null };
  const first = await publish(dir, edition(sdl, 0), publisher);
  published = await startRegistryServer({ dir, host: '127.0.0.1', port: 0 });
  const running = await start({ WARM_OPERATIONS: '40' });
  const isServed = (name: number) =>
    eventually(async () => expect((await ask(running, NOTICE)).data).toEqual(described(String(name))), {
      timeoutMs: 60_000,
    });
  const answers: ReturnType<typeof ask>[] = [];
  for (let i = 1; i <= 20; i += 1) {
    for (let n = 0; n < 50; n += 1) {
      // Each has a text of its own, so that many are being planned when the supergraph changes.
      answers.push(ask(running, `{ slow(ms: ${n * 30}) books(first: 1) { t${i}_${n}: title rating } }`));
    }
    await publish(dir, edition(sdl, i), publisher);
    await isServed(i);
  }
  const all = await Promise.all(answers);
  expect(all).toHaveLength(1_000);
  expect(all.filter(({ data }) => data?.slow !== 'done')).toEqual([]);

  await rollBack(dir, first.hash, publisher);
  await isServed(0);
  await rm(dir, { recursive: true });
}, 240_000);

it('is not ready before the first one is there, which it waits for', async () => {
  registry = await startSupergraphServer(sdl);
  registry.status = 503;
  const running = await start();
  expect(await readyz(running)).toMatchObject({
    ready: false,
    reasons: { supergraph: expect.stringMatching(/SUPERGRAPH_URL: http.* cannot be read: it answered 503/) },
  });
  const refused = await fetch(running.url, { method: 'POST', body: '{}' });
  expect(refused.status).toBe(503);
  expect(await refused.json()).toMatchObject({ errors: [{ extensions: { code: 'SERVICE_UNAVAILABLE' } }] });

  registry.status = 200;
  registry.sdl = 'type Query {';
  await eventually(
    async () =>
      expect(await readyz(running)).toMatchObject({ reasons: { supergraph: expect.stringContaining('Syntax Error') } }),
    patience,
  );
  registry.sdl = sdl;
  await eventually(async () => expect(await readyz(running)).toMatchObject({ ready: true, degraded: {} }), patience);
  expect((await ask(running, '{ books(first: 1) { title rating } }')).data).toEqual({
    books: [{ title: 'Emma', rating: 5 }],
  });
});

it('goes on with what it has when the address is down, and comes back to it', async () => {
  registry = await startSupergraphServer(edition(sdl, 'one'));
  const running = await start();
  const { port } = new URL(registry.url);
  await registry.close();
  await eventually(async () =>
    expect(await readyz(running)).toMatchObject({
      ready: true,
      degraded: { supergraph: expect.stringContaining('ECONNREFUSED') },
    }),
  );
  expect((await ask(running, NOTICE)).data).toEqual(described('one'));
  registry = await startSupergraphServer(edition(sdl, 'two'), Number(port));
  await eventually(async () => expect((await ask(running, NOTICE)).data).toEqual(described('two')), patience);
});

it('does not read more than it is told to, nor say what is secret in an address', async () => {
  registry = await startSupergraphServer(sdl);
  const running = await start({
    SUPERGRAPH_MAX_BYTES: '1000',
    SUPERGRAPH_URL: `${registry.url}?signature=hunter2`,
  });
  const report = JSON.stringify(await readyz(running));
  expect(report).toContain('it sends more than 1000 bytes');
  expect(report).not.toContain('hunter2');
});

it('is told one place, and not two', () => {
  const load = (env: Record<string, string>) => () => loadConfig(gatewaySettings, env);
  expect(load({})).toThrow('SUPERGRAPH_PATH is missing: the file with the composed supergraph, or SUPERGRAPH_URL');
  expect(load({ SUPERGRAPH_PATH: 'a', SUPERGRAPH_URL: 'http://b' })).toThrow('are both set');
  expect(load({ SUPERGRAPH_URL: 'file:///b' })).toThrow('SUPERGRAPH_URL must be a URL');
  expect(load({ SUPERGRAPH_URL: 'http://user:hunter2@b' })).toThrow('SUPERGRAPH_URL must hold no password');
});
