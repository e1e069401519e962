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
