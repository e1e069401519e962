import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectRedis, type RedisConnection } from '@shop/redis';
import { createLogger } from '@shop/service-kit';
import { eventually, startTestServers, type TestServers } from '@shop/testkit';
import { type Library, startLibrary } from '../library/start-library.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const extensions = (sha256Hash: string) => ({ persistedQuery: { version: 1, sha256Hash } });
const refused = (code: string) => ({ errors: [expect.objectContaining({ extensions: { code } })] });
const EMMA = { data: { book: { title: 'Emma' } } };

/** A text nobody else has sent. */
const bookQuery = (name: string) => `query ${name} { book(id: "b1") { title } }`;

async function post({ gateway }: Library, body: unknown) {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(gateway.url, { method: 'POST', headers, body: JSON.stringify(body) });
  return answer.json();
}

let servers: TestServers;
let redis: RedisConnection;
beforeAll(async () => {
  servers = await startTestServers({ redis: true });
  redis = await connectRedis({ url: servers.redis.url, log: createLogger('test', { level: 'silent' }) });
});
afterAll(async () => {
  await redis.close();
  await servers.close();
});

describe('a text that was sent with its hash', () => {
  it('is known by it to every gateway that shares a Redis', async () => {
    const [one, other] = await Promise.all([1, 2].map(() => startLibrary({ REDIS_URL: servers.redis.url })));
    const query = bookQuery('Shared');
    const hash = sha256(query);
    expect(await post(one as Library, { extensions: extensions(hash) })).toEqual(refused('PERSISTED_QUERY_NOT_FOUND'));
    expect(await post(one as Library, { query, extensions: extensions(hash) })).toEqual(EMMA);
    await eventually(async () => expect(await post(other as Library, { extensions: extensions(hash) })).toEqual(EMMA));
    await Promise.all([one?.close(), other?.close()]);
  });

  it('is none when what Redis holds is another text', async () => {
    const library = await startLibrary({ REDIS_URL: servers.redis.url });
    const hash = sha256(bookQuery('Meant'));
    await redis.set(`gateway:apq:${hash}`, bookQuery('Forged'));
    expect(await post(library, { extensions: extensions(hash) })).toEqual(refused('PERSISTED_QUERY_NOT_FOUND'));
    await library.close();
  });

  it('is not kept when it cannot be run', async () => {
    const library = await startLibrary();
    const query = '{ nonsense }';
    const hash = sha256(query);
    expect(await post(library, { query, extensions: extensions(hash) })).toEqual(refused('GRAPHQL_VALIDATION_FAILED'));
    expect(await post(library, { extensions: extensions(hash) })).toEqual(refused('PERSISTED_QUERY_NOT_FOUND'));
    await library.close();
  });

  it.each([{ toString: 1 }, 5, null])('is none when the hash is no text: %j', async (sha256Hash) => {
    const library = await startLibrary();
    const asked = { persistedQuery: { version: 1, sha256Hash } };
    expect(await post(library, { extensions: asked })).toEqual(refused('PERSISTED_QUERY_NOT_FOUND'));
    const query = bookQuery('Unhashed');
    expect(await post(library, { query, extensions: asked })).toEqual(refused('BAD_USER_INPUT'));
    await library.close();
  });

  it('makes room for others that are used', async () => {
    const library = await startLibrary({ PERSISTED_QUERIES_BYTES: '1000' });
    const texts = ['A', 'B', 'C'].map(bookQuery);
    for (const query of texts) await post(library, { query, extensions: extensions(sha256(query)) });
    const [first = '', , last = ''] = texts;
    expect(await post(library, { extensions: extensions(sha256(last)) })).toEqual(EMMA);
    expect(await post(library, { extensions: extensions(sha256(first)) })).toEqual(
      refused('PERSISTED_QUERY_NOT_FOUND'),
    );
    await library.close();
  });
});

it('where none are kept, clients are told to send their texts, and those are run', async () => {
  const library = await startLibrary({ PERSISTED_QUERIES_BYTES: '0' });
  const query = bookQuery('Unkept');
  const hash = extensions(sha256(query));
  expect(await post(library, { query, extensions: hash })).toEqual(EMMA);
  expect(await post(library, { extensions: hash })).toEqual(refused('PERSISTED_QUERY_NOT_SUPPORTED'));
  await library.close();
});
