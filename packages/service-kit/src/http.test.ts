import { once } from 'node:events';
import { connect } from 'node:net';
import { createHttpServer } from './http.ts';
import { createLogger } from './logger.ts';
import { createMetrics } from './metrics.ts';
import { createReadiness } from './readiness.ts';

const servers: { close(): Promise<void> }[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

async function serve() {
  const readiness = createReadiness();
  const log = createLogger('test', { level: 'silent' });
  const http = createHttpServer({ host: '127.0.0.1', port: 0, log, readiness, metrics: createMetrics('test') });
  servers.push(http);
  return { http, readiness };
}

it('is alive, and ready only when every required part is', async () => {
  const { http, readiness } = await serve();
  let reason: string | null = 'refuses connections';
  readiness.add('database', () => reason);
  readiness.add('broker', () => Promise.reject(new Error('is away')), { required: false });
  const url = await http.listen();

  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  const before = await fetch(`${url}/readyz`);
  expect(before.status).toBe(503);
  expect(await before.json()).toEqual({
    ready: false,
    reasons: { database: 'refuses connections' },
    degraded: { broker: 'is away' },
  });
  reason = null;
  const after = await fetch(`${url}/readyz`);
  expect(after.status).toBe(200);
  expect(await after.json()).toMatchObject({ ready: true, degraded: { broker: 'is away' } });
});

it('tells in its metrics, to whoever looks, whether it is ready and what it does without', async () => {
  const { http, readiness } = await serve();
  const away = new Set(['broker']);
  const check = (name: string) => () => (away.has(name) ? 'is away' : null);
  readiness.add('database', check('database'));
  readiness.add('broker', check('broker'), { required: false });
  readiness.add('cache', check('cache'), { required: false });
  const dear = { required: false, measured: false };
  readiness.add('dear', () => Promise.reject(new Error('asked for the metrics')), dear);
  const url = await http.listen();
  const told = async () => (await (await fetch(`${url}/metrics`)).text()).match(/^shop_(?:ready|degraded).*/gm);

  expect(await told()).toEqual([
    'shop_ready{service="test"} 1',
    'shop_degraded{part="broker",service="test"} 1',
    'shop_degraded{part="cache",service="test"} 0',
  ]);
  away.clear();
  away.add('database');
  expect(await told()).toEqual([
    'shop_ready{service="test"} 0',
    'shop_degraded{part="broker",service="test"} 0',
    'shop_degraded{part="cache",service="test"} 0',
  ]);
});

it('finishes a running request before it closes', async () => {
  const { http } = await serve();
  let answer = () => {};
  const started = new Promise<void>((resolve) => {
    http.app.get('/slow', () => {
      resolve();
      return new Promise((done) => {
        answer = () => done({ finished: true });
      });
    });
  });
  const url = await http.listen();
  const response = fetch(`${url}/slow`);
  await started;
  const closed = http.close();
  answer();
  expect(await (await response).json()).toEqual({ finished: true });
  await closed;
  await expect(fetch(`${url}/healthz`)).rejects.toThrow();
});

it('sends the whole of an answer before it closes, however slowly it is read', async () => {
  const { http } = await serve();
  const characters = 20_000_000;
  const answered = new Promise((resolve) => {
    http.app.addHook('preHandler', (_request, reply, done) => {
      reply.raw.once('prefinish', resolve);
      done();
    });
  });
  http.app.get('/large', () => 'x'.repeat(characters));
  const { port } = new URL(await http.listen());
  const reader = connect(Number(port), '127.0.0.1').pause();
  let read = 0;
  reader.on('data', (chunk) => {
    read += chunk.length;
  });
  reader.write('GET /large HTTP/1.1\r\nhost: a\r\n\r\n');
  await answered;
  const closed = http.close();
  reader.resume();
  await Promise.all([once(reader, 'close'), closed]);
  expect(read).toBeGreaterThan(characters);
});

it.each([
  ['head', 'POST /slow HTTP/1.1\r\nhost: a\r\n'],
  ['body', 'POST /slow HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{'],
])('does not wait for the rest of a %s to close, and does for what it is answering', async (_, part) => {
  const { http } = await serve();
  let answer = () => {};
  const asked = new Promise<void>((resolve) => {
    http.app.post('/slow', () => {
      resolve();
      return new Promise((done) => {
        answer = () => done({ finished: true });
      });
    });
  });
  const { port } = new URL(await http.listen());
  const arrived = new Promise((resolve) =>
    http.app.server.once('connection', (socket) => socket.once('data', resolve)),
  );
  const half = connect(Number(port), '127.0.0.1');
  half.on('error', () => {});
  half.write(part);
  await arrived;
  const response = fetch(`http://127.0.0.1:${port}/slow`, { method: 'POST' });
  await asked;
  const closed = http.close();
  await once(half, 'close');
  answer();
  expect(await (await response).json()).toEqual({ finished: true });
  await closed;
});

it('waits for no request for ever', async () => {
  const { http } = await serve();
  expect(http.app.server.requestTimeout).toBe(30_000);
});

it('shows nothing of what went wrong inside', async () => {
  const { http } = await serve();
  http.app.get('/broken', () => Promise.reject(new Error('secret: db-7.internal')));
  const url = await http.listen();
  const response = await fetch(`${url}/broken`);
  expect(response.status).toBe(500);
  expect(await response.text()).not.toContain('db-7');
});
