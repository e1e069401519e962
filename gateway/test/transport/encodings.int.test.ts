import { get } from 'node:http';
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Library, startLibrary } from '../library/start-library.ts';

let library: Library;
beforeAll(async () => {
  library = await startLibrary({ COMPRESS_FROM_BYTES: '500', CORS_ORIGINS: '*' });
});
afterAll(() => library.close());

interface RawAnswer {
  status: number | undefined;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

/** fetch would undo the compression. */
function ask(query: string | null, headers: Record<string, string>): Promise<RawAnswer> {
  const url = new URL(library.gateway.url);
  if (query !== null) url.searchParams.set('query', query);
  return new Promise((resolve, reject) => {
    get(url, { headers: { 'apollo-require-preflight': '1', ...headers } }, async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) });
    }).on('error', reject);
  });
}

const LONG = `{ ${Array.from({ length: 30 }, (_, i) => `book${i}: book(id: "b1") { title }`).join(' ')} }`;
const SHORT = '{ book(id: "b1") { title } }';
const undo = { gzip: gunzipSync, br: brotliDecompressSync, zstd: zstdDecompressSync };

describe('a long answer', () => {
  it.each([
    ['gzip', 'gzip'],
    ['gzip, deflate, br', 'br'],
    ['gzip, br, zstd', 'zstd'],
    ['gzip;q=1, br;q=0.5, *;q=0', 'gzip'],
    ['*', 'zstd'],
  ] as const)('to a client that takes %s comes as %s', async (accepted, encoding) => {
    const { headers, body } = await ask(LONG, { 'accept-encoding': accepted });
    expect(headers).toMatchObject({ 'content-encoding': encoding, vary: 'Origin, Accept-Encoding' });
    expect(headers['content-length']).toBe(String(body.length));
    expect(JSON.parse(undo[encoding](body).toString())).toMatchObject({ data: { book29: { title: 'Emma' } } });
  });

  it.each<Record<string, string>>([{}, { 'accept-encoding': 'identity' }, { 'accept-encoding': 'deflate, gzip;q=0' }])(
    'comes as it is to a client that sends %j',
    async (sent) => {
      const { headers, body } = await ask(LONG, sent);
      expect(headers['content-encoding']).toBeUndefined();
      expect(headers.vary).toBe('Origin, Accept-Encoding');
      expect(JSON.parse(body.toString())).toMatchObject({ data: { book29: { title: 'Emma' } } });
    },
  );
});

it('a short answer is not worth it', async () => {
  const { headers, body } = await ask(SHORT, { 'accept-encoding': 'gzip' });
  expect(headers['content-encoding']).toBeUndefined();
  expect(JSON.parse(body.toString())).toEqual({ data: { book: { title: 'Emma' } } });
});

it('the page for browsers is compressed, and sent once to each', async () => {
  const { headers, body } = await ask(null, { accept: 'text/html', 'accept-encoding': 'gzip, br' });
  expect(headers).toMatchObject({ 'content-encoding': 'br', 'content-type': 'text/html; charset=utf-8' });
  expect(body.length).toBeLessThan(4_000_000);
  expect(brotliDecompressSync(body).toString()).toContain('GraphiQL');
  const has = String(headers.etag);
  for (const etags of [has, `"other", ${has}`, has.replace('W/', ''), '*']) {
    const again = await ask(null, { accept: 'text/html', 'if-none-match': etags });
    expect(again).toMatchObject({ status: 304, body: Buffer.alloc(0) });
  }
  expect(await ask(null, { accept: 'text/html', 'if-none-match': '"other"' })).toMatchObject({ status: 200 });
});

it('the page for browsers is told apart by origin too, since what lets a page read it is', async () => {
  const { headers } = await ask(null, { accept: 'text/html', origin: 'https://elsewhere.test' });
  expect(headers.vary).toBe('Origin, Accept, Accept-Encoding');
});
