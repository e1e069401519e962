import { expect, it } from '@jest/globals';
import { parseEventValue } from './event-value.ts';

it('puts the event’s data into the literal', () => {
  const value = parseEventValue('{ lamp: { id: $lampId, kind: DESK }, at: $at, tags: [$a, "fixed"], lit: true }');
  expect(value({ lampId: 'l1', at: 'now', a: { deep: 1 } })).toEqual({
    lamp: { id: 'l1', kind: 'DESK' },
    at: 'now',
    tags: [{ deep: 1 }, 'fixed'],
    lit: true,
  });
});

it('leaves open what the event does not say', () => {
  expect(parseEventValue('{ at: $at }')({})).toEqual({ at: undefined });
});

it('refuses what is no literal', () => {
  expect(() => parseEventValue('lamp: $id')).toThrow('Syntax Error');
});
