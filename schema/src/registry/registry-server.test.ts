import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { publish, rollBack } from './registry.ts';
import { type RegistryServer, startRegistryServer } from './registry-server.ts';

let dir: string;
let server: RegistryServer;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'registry-'));
  server = await startRegistryServer({ dir, host: '127.0.0.1', port: 0 });
});
afterEach(async () => {
  await server.close();
  await rm(dir, { recursive: true });
});

const publisher = { by: 'ada', commit: null };
const ONE = 'type Query { one: Int }';
const TWO = 'type Query { zwei: String, größe: Int }';

async function get(path: string, { method = 'GET', ...headers }: Record<string, string> = {}) {
  const response = await fetch(new URL(path, server.url), { method, headers });
  return { status: response.status, headers: Object.fromEntries(response.headers), text: await response.text() };
}

it('offers the latest, which it does not send to those who have it', async () => {
  const { hash: one } = await publish(dir, ONE, publisher);
  const first = await get('/latest');
  expect(first).toMatchObject({ status: 200, text: ONE, headers: { etag: `"${one}"`, 'cache-control': 'no-cache' } });
  for (const known of [`"${one}"`, `W/"${one}"`, `"other", "${one}"`, '*']) {
    expect(await get('/latest', { 'if-none-match': known })).toMatchObject({ status: 304, text: '' });
  }
  const { hash: two } = await publish(dir, TWO, publisher);
  expect(await get('/latest', { 'if-none-match': `"${one}"` })).toMatchObject({
    status: 200,
    text: TWO,
    headers: { etag: `"${two}"`, 'content-location': `/${two}` },
  });
  await rollBack(dir, one, publisher);
  expect(await get('/latest', { 'if-none-match': `"${two}"` })).toMatchObject({ status: 200, text: ONE });
});

it('offers each for good under its hash', async () => {
  const { hash } = await publish(dir, ONE, publisher);
  await publish(dir, TWO, publisher);
  for (const path of [`/${hash}`, `/${hash}.graphql`]) {
    expect(await get(path)).toMatchObject({
      status: 200,
      text: ONE,
      headers: {
        'cache-control': expect.stringContaining('immutable'),
        'content-type': expect.stringContaining('utf-8'),
      },
    });
  }
});

it('says to HEAD what it would send', async () => {
  const { hash } = await publish(dir, TWO, publisher);
  expect(await get('/latest', { method: 'HEAD' })).toMatchObject({
    status: 200,
    text: '',
    headers: { etag: `"${hash}"`, 'content-length': String(Buffer.byteLength(TWO)) },
  });
});

it('says what it does not have, and does not hand out other files', async () => {
  expect(await get('/latest')).toMatchObject({ status: 404, text: expect.stringContaining('shop-schema publish') });
  await publish(dir, ONE, publisher);
  await writeFile(join(dir, 'secret.graphql'), 'secret');
  for (const path of ['/', '/history.jsonl', '/secret.graphql', '/%2e%2e/etc/passwd', `/${'0'.repeat(64)}`]) {
    expect(await get(path)).toMatchObject({ status: 404, headers: { 'cache-control': 'no-store' } });
  }
  expect(await get('/latest', { method: 'POST' })).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
});

it('does not offer what was changed after it was published', async () => {
  const { hash } = await publish(dir, ONE, publisher);
  await writeFile(join(dir, `${hash}.graphql`), TWO);
  expect(await get('/latest')).toMatchObject({ status: 500, text: expect.stringContaining('publish it again') });
});

it('stops though somebody has sent no more than half a request', async () => {
  const { port } = new URL(server.url);
  const half = connect(Number(port), '127.0.0.1');
  half.on('error', () => {});
  half.write('GET /latest HTTP/1.1\r\nhost: a\r\n');
  await once(half, 'connect');
  // Answered after the half request has come.
  await get('/latest');
  await Promise.all([server.close(), once(half, 'close')]);
});
