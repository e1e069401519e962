import { describe, expect, it } from '@jest/globals';
import { NotFound } from '@shop/kernel';
import { asGraphQLError, toClientError } from './client-error.ts';

const SECRET = 'SELECT * FROM accounts';

describe('an error on its way out', () => {
  it('keeps message, path, code and the known extensions', () => {
    const extensions = { code: 'RATE_LIMITED', retryAfterMs: 100, field: 'x', serviceName: 's', stacktrace: [SECRET] };
    expect(toClientError({ message: 'Slow down.', path: ['a', 0], extensions })).toEqual({
      message: 'Slow down.',
      path: ['a', 0],
      extensions: { code: 'RATE_LIMITED', retryAfterMs: 100, field: 'x' },
    });
  });

  it.each([undefined, 'INTERNAL_SERVER_ERROR', 'DOWNSTREAM_SERVICE_ERROR', 'SOMETHING_ELSE'])(
    'is masked with the code %s',
    (code) => {
      const out = toClientError({ message: SECRET, path: ['a'], extensions: { code, query: SECRET } });
      expect(out).toMatchObject({ path: ['a'], extensions: { code: 'INTERNAL_SERVER_ERROR' } });
      expect(JSON.stringify(out)).not.toContain(SECRET);
    },
  );

  it('is masked when it is no domain error', () => {
    const error = asGraphQLError(new Error(SECRET));
    expect(JSON.stringify(toClientError(error.toJSON(), error))).not.toContain(SECRET);
  });

  it('has the code of a domain error', () => {
    const error = asGraphQLError(new NotFound('No such lamp.'));
    expect(toClientError(error.toJSON(), error)).toEqual({
      message: 'No such lamp.',
      extensions: { code: 'NOT_FOUND' },
    });
  });
});
