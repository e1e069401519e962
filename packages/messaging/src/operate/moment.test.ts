import { momentOf } from './moment.ts';
import { UsageError } from './usage-error.ts';

const now = new Date('2026-02-11T10:30:00Z');

it.each([
  ['30s', '2026-02-11T10:29:30.000Z'],
  ['15m', '2026-02-11T10:15:00.000Z'],
  ['2h', '2026-02-11T08:30:00.000Z'],
  ['7d', '2026-02-04T10:30:00.000Z'],
  ['2026-02-10', '2026-02-10T00:00:00.000Z'],
  ['2026-02-11T10:00:00+09:00', '2026-02-11T01:00:00.000Z'],
])('reads %s', (text, expected) => {
  expect(momentOf('--since', text, now).toISOString()).toBe(expected);
});

it.each(['', '2', 'yesterday', '-2h', '2026', '2026-13-01', '1.5h'])('refuses %j and says what to write', (text) => {
  expect(() => momentOf('--since', text, now)).toThrow(UsageError);
  expect(() => momentOf('--since', text, now)).toThrow(/--since .* write 2h/);
});
