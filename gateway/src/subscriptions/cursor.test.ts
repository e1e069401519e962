import { describe, expect, it } from '@jest/globals';
import { decodeCursor, encodeCursor } from './cursor.ts';

const cursor = { stream: 'BOOKS', created: '2026-01-01T00:00:00.5Z', sequence: 7, time: 5, eventId: 'e7' };

describe('a cursor', () => {
  it('comes back as it went', () => {
    expect(decodeCursor(encodeCursor(cursor), 'BOOKS')).toEqual(cursor);
    expect(decodeCursor(encodeCursor({ ...cursor, eventId: null }), 'BOOKS')).toEqual({ ...cursor, eventId: null });
  });

  it('may be left out', () => {
    expect(decodeCursor(undefined, 'BOOKS')).toBeNull();
    expect(decodeCursor(null, 'BOOKS')).toBeNull();
  });

  it('goes into a header as it is', () => {
    expect(encodeCursor({ ...cursor, stream: '스트림' })).toMatch(/^[A-Za-z0-9_-]+$/);
  });

  it.each([5, '', 'nonsense', 'W10', encodeCursor(cursor).slice(4), { cursor: 1 }])('is not %j', (given) => {
    expect(() => decodeCursor(given, 'BOOKS')).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT' }));
  });

  it('of another stream is refused', () => {
    expect(() => decodeCursor(encodeCursor(cursor), 'FILMS')).toThrow('another subscription');
  });
});
