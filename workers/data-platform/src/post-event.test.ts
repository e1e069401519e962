import { expect, it } from '@jest/globals';
import { retryAfter } from './post-event.ts';

it.each([
  ['seconds', '3', 3_000],
  ['a date', 'Wed, 11 Feb 2026 10:30:05 GMT', 5_000],
  ['a date that has passed', 'Wed, 11 Feb 2026 10:29:00 GMT', 0],
  ['more than ten minutes', '86400', 600_000],
  ['nonsense', 'soon', undefined],
  ['nothing', undefined, undefined],
])('reads Retry-After when it is %s', (_, header, expected) => {
  expect(retryAfter(header, Date.parse('2026-02-11T10:30:00Z'))).toBe(expected);
});
