import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { serverAudits } from 'graphql-http';
import { type Library, startLibrary } from '../library/start-library.ts';

let library: Library;
beforeAll(async () => {
  library = await startLibrary();
});
afterAll(() => library.close());

/** A GET of another site's page could be forged, so clients say that theirs is not. */
const fetchFn = (url: string, init: RequestInit = {}) =>
  fetch(url, { ...init, headers: { 'apollo-require-preflight': '1', ...(init.headers as Record<string, string>) } });

// A MAY is nobody's duty: the suite's are those of a server that answers 400 where this one answers 200, or accepts less.
const audits = serverAudits({ url: () => library.gateway.url, fetchFn });

describe('the audit suite of graphql-http', () => {
  it.each(audits.filter(({ name }) => !name.startsWith('MAY')).map((audit) => [audit.name, audit] as const))(
    '%s',
    async (_, audit) => {
      const result = await audit.fn();
      expect(result).toMatchObject({ status: 'ok' });
    },
  );
});

describe('beyond the audit,', () => {
  const post = (body: string, headers: Record<string, string> = {}) =>
    fetch(library.gateway.url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });
  const BOOK = '{"query":"{ book(id: \\"b1\\") { title } }"}';

  it.each(['PUT', 'PATCH', 'DELETE', 'HEAD'])('%s is a 405 that says what is allowed', async (method) => {
    const answer = await fetch(library.gateway.url, { method });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, POST']);
  });

  it('JSON that is malformed is named', async () => {
    const answer = await post('{"query": }');
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      errors: [
        { message: expect.stringMatching(/^The body is not JSON: .*}/), extensions: { code: 'BAD_USER_INPUT' } },
      ],
    });
  });

  it('JSON after a byte order mark is read', async () => {
    expect(await (await post(`\uFEFF${BOOK}`)).json()).toHaveProperty('data.book');
  });

  it.each([
    'application/json; charset=UTF-8',
    'application/json;charset="utf-8"',
    'Application/JSON',
    'application/json; charset=us-ascii',
  ])('a body of %s is read', async (type) =>
    expect(await (await post(BOOK, { 'content-type': type })).json()).toHaveProperty('data.book'),
  );

  it.each(['application/json; charset=latin1', 'application/xml', 'application/graphql'])(
    'a body of %s is a 415',
    async (type) => {
      const answer = await post(BOOK, { 'content-type': type });
      expect(answer.status).toBe(415);
      expect(await answer.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
    },
  );

  it('a body that is compressed is a 415 that says so', async () => {
    const answer = await fetch(library.gateway.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      body: gzipSync(BOOK),
    });
    expect(answer.status).toBe(415);
    expect(answer.headers.get('accept-encoding')).toBe('identity');
    expect(await answer.json()).toMatchObject({
      errors: [{ message: 'Bodies are read as they are, not in gzip.', extensions: { code: 'BAD_USER_INPUT' } }],
    });
    expect(await (await post(BOOK, { 'content-encoding': 'identity' })).json()).toHaveProperty('data.book');
  });

  it('an answer nobody would take is a 406, and nothing is run for it', async () => {
    library.books.requests.length = 0;
    const answer = await post(BOOK, { accept: 'text/csv, application/json;q=0' });
    expect(answer.status).toBe(406);
    expect(await answer.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
    expect(library.books.requests).toEqual([]);
  });
});
