import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { createDataPlatform, type Received } from './data-platform.ts';

const event = {
  specversion: '1.0',
  id: '01890a5d-ac96-774b-bcce-b302099a8057',
  source: '/order',
  type: 'order.completed',
  subject: 'order-1',
  time: '2026-02-11T10:30:00.000Z',
  data: { orderId: 'order-1' },
};

const running: FastifyInstance[] = [];
afterEach(async () => {
  for (const app of running.splice(0)) await app.close();
});

async function start(stateFile?: string): Promise<{ url: string; app: FastifyInstance }> {
  const app = createDataPlatform({ stateFile, slowMs: 50 });
  running.push(app);
  return { app, url: await app.listen({ port: 0, host: '127.0.0.1' }) };
}

function deliver(url: string, body: object = event, headers: Record<string, string> = { 'idempotency-key': event.id }) {
  return fetch(`${url}/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(1_000),
  });
}

function behave(url: string, body: object): Promise<Response> {
  return fetch(`${url}/behave`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

async function received(url: string): Promise<Received[]> {
  return (await fetch(`${url}/received`)).json() as Promise<Received[]>;
}

it('keeps every delivery, duplicates included', async () => {
  const { url } = await start();
  expect((await deliver(url)).status).toBe(202);
  expect((await deliver(url)).status).toBe(202);
  const { id, type, data } = event;
  const delivery = { id, type, data, idempotencyKey: id, at: expect.any(String) };
  expect(await received(url)).toEqual([delivery, delivery]);
});

it('refuses what is not an event, and says what is wrong with it', async () => {
  const { url } = await start();
  const noKey = await deliver(url, event, {});
  expect([noKey.status, await noKey.text()]).toEqual([400, expect.stringContaining('idempotency-key')]);
  const noData = await deliver(url, { ...event, data: undefined });
  expect([noData.status, await noData.text()]).toEqual([400, expect.stringContaining("'data'")]);
  expect(await received(url)).toEqual([]);
});

it('does nothing when told to fail or to limit', async () => {
  const { url } = await start();
  await behave(url, { mode: 'error' });
  expect((await deliver(url)).status).toBe(503);
  await behave(url, { mode: 'rate-limited' });
  const limited = await deliver(url);
  expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '1']);
  await behave(url, { mode: 'ok' });
  expect(await received(url)).toEqual([]);
  expect((await deliver(url)).status).toBe(202);
});

it('takes the event and loses the answer when told to', async () => {
  const { url } = await start();
  await behave(url, { mode: 'lost-answer' });
  await expect(deliver(url)).rejects.toThrow('fetch failed');
  expect(await received(url)).toHaveLength(1);
});

it('never answers when told to time out, and still closes at once', async () => {
  const { url, app } = await start();
  await behave(url, { mode: 'timeout' });
  const answer = deliver(url);
  await expect(Promise.race([answer, received(url)])).resolves.toEqual([]);
  await Promise.all([app.close(), expect(answer).rejects.toThrow()]);
});

it('answers late when told to be slow', async () => {
  const { url } = await start();
  await behave(url, { mode: 'slow' });
  const startedAt = performance.now();
  expect((await deliver(url)).status).toBe(202);
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(49);
});

it('misbehaves for a share of the requests and for a while only', async () => {
  const { url } = await start();
  await behave(url, { mode: 'error', share: 0 });
  expect((await deliver(url)).status).toBe(202);
  await behave(url, { mode: 'error', forMs: 50 });
  let answer = await deliver(url);
  expect(answer.status).toBe(503);
  while (!answer.ok) answer = await deliver(url);
});

it('refuses a mode it does not know', async () => {
  const { url } = await start();
  const refusal = await behave(url, { mode: 'weird' });
  expect([refusal.status, await refusal.text()]).toEqual([400, expect.stringContaining('body/mode')]);
});

it('remembers over a restart what it saw', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'stand-in-'));
  const stateFile = join(dir, 'received.jsonl');
  const first = await start(stateFile);
  await deliver(first.url);
  await first.app.close();
  const second = await start(stateFile);
  expect(await received(second.url)).toHaveLength(1);
  rmSync(dir, { recursive: true });
});
