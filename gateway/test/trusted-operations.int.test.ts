import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@shop/testkit';
import { type Archive, startArchive } from './guards/archive.ts';
import { openBareSocket } from './library/bare-socket.ts';
import { subscribe } from './library/events.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const ONE_FILE = 'query OneFile($id: ID!) { file(id: $id) { title } }';
const NAMES = 'query Names { files { id } }';
const entry = (id: string, name: string, body: string) => ({ id, name, type: 'query', body });
const manifest = (...operations: ReturnType<typeof entry>[]) =>
  JSON.stringify({ format: 'apollo-persisted-query-manifest', version: 1, operations });

let dir: string;
let path: string;
let archive: Archive;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'trusted-'));
  path = join(dir, 'manifest.json');
  await writeFile(path, manifest(entry('one-file', 'OneFile', ONE_FILE)));
  archive = await startArchive({ TRUSTED_OPERATIONS: 'enforce', TRUSTED_OPERATIONS_PATH: path });
});
afterAll(async () => {
  await archive.close();
  await rm(dir, { recursive: true });
});

async function post(body: unknown, to = archive) {
  const response = await fetch(to.gateway.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return response.json();
}
const byHash = (sha256Hash: string) => ({ persistedQuery: { version: 1, sha256Hash } });
const title = { data: { file: { title: 'File 1' } } };
const refused = { errors: [{ extensions: { code: 'OPERATION_NOT_TRUSTED' } }] };
const variables = { id: '1' };

describe('an operation clients were built with', () => {
  it.each([
    ['its text', { query: ONE_FILE }],
    ['its text, spaced and commented otherwise', { query: `# mine\n${ONE_FILE.replaceAll(' ', '\n')}` }],
    ['its id', { extensions: byHash('one-file') }],
    ['the hash of its text', { extensions: byHash(sha256(ONE_FILE)) }],
    ['both', { query: ONE_FILE, extensions: byHash(sha256(ONE_FILE)) }],
    ['the id of GraphQL over HTTP', { documentId: 'one-file' }],
    ['the same with its kind', { documentId: `sha256:${sha256(ONE_FILE)}` }],
  ])('is run by %s', async (_, request) => {
    expect(await post({ ...request, variables })).toEqual(title);
  });

  it('is run over GET', async () => {
    const search = new URLSearchParams({ extensions: JSON.stringify(byHash('one-file')), variables: '{"id":1}' });
    const answer = await fetch(`${archive.gateway.url}?${search}`, { headers: { 'apollo-require-preflight': '1' } });
    expect(await answer.json()).toEqual(title);
  });
});

describe('an operation clients were built with, by its id', () => {
  const byId = { documentId: 'one-file', variables };

  it('is run over a WebSocket', async () => {
    const { socket, said, subscribe } = await openBareSocket(archive.gateway, {});
    subscribe('1', byId);
    subscribe('2', { query: '', extensions: byHash('one-file'), variables });
    await eventually(() => expect(said.filter((text) => text.includes('File 1'))).toHaveLength(2));
    subscribe('3', { documentId: 'nobody-knows' });
    await eventually(() => expect(said.at(-1)).toContain('OPERATION_NOT_TRUSTED'));
    socket.close();
  });

  it('is run as server-sent events', async () => {
    const headers = { 'content-type': 'application/json', accept: 'text/event-stream' };
    const answer = await fetch(archive.gateway.url, { method: 'POST', headers, body: JSON.stringify(byId) });
    expect(await answer.text()).toContain(JSON.stringify(title));
  });
});

describe('any other operation', () => {
  it.each([
    ['its text', { query: NAMES }],
    ['an id nobody knows', { extensions: byHash(sha256(NAMES)) }],
    ['its text to be remembered by', { query: NAMES, extensions: byHash(sha256(NAMES)) }],
    ['a text like a trusted one', { query: ONE_FILE.replace('title', 'id') }],
    ['a text of someone else’s id', { query: NAMES, documentId: 'another' }],
    ['nothing', {}],
  ])('is refused by %s', async (_, request) => {
    expect(await post({ ...request, variables })).toMatchObject(refused);
  });

  it('is refused over a WebSocket', async () => {
    const subscriber = subscribe(archive.gateway.url, NAMES);
    await eventually(() => expect(subscriber.errors).toMatchObject([refused.errors]));
    await subscriber.client.dispose();
  });

  it('becomes trusted when the list says so, and a list nobody can read changes nothing', async () => {
    await writeFile(path, manifest(entry('one-file', 'OneFile', ONE_FILE), entry('names', 'Names', NAMES)));
    await eventually(async () => expect(await post({ query: NAMES })).toHaveProperty('data'));
    await writeFile(path, '{ "operations": [] }');
    await eventually(async () => {
      const readyz = await fetch(archive.gateway.url.replace('/graphql', '/readyz'));
      expect(await readyz.json()).toMatchObject({
        ready: true,
        degraded: { 'trusted operations': expect.any(String) },
      });
    });
    expect(await post({ query: NAMES })).toHaveProperty('data');
  });
});

it('a folder of documents is a list too; what is not on it may pass and be counted', async () => {
  const folder = join(dir, 'operations');
  await mkdir(folder);
  await writeFile(join(folder, 'OneFile.graphql'), `${ONE_FILE}\n`);
  const reporting = await startArchive({ TRUSTED_OPERATIONS: 'report', TRUSTED_OPERATIONS_PATH: folder });
  expect(await post({ documentId: sha256(`${ONE_FILE}\n`), variables }, reporting)).toEqual(title);
  const untrusted = () => reporting.metric(/^gateway_untrusted_operations_total/);
  expect(await untrusted()).toBe(0);
  expect(await post({ query: NAMES }, reporting)).toHaveProperty('data');
  expect(await untrusted()).toBe(1);
  await reporting.close();
});

it('a gateway that is told to trust a list does not start without one', async () => {
  await expect(startArchive({ TRUSTED_OPERATIONS: 'enforce' })).rejects.toThrow('TRUSTED_OPERATIONS_PATH');
  await expect(
    startArchive({ TRUSTED_OPERATIONS: 'enforce', TRUSTED_OPERATIONS_PATH: join(dir, 'nowhere') }),
  ).rejects.toThrow(/TRUSTED_OPERATIONS_PATH: .*nowhere holds no operations/);
});
