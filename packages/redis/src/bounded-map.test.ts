import { expect, it } from '@jest/globals';
import { createBoundedMap } from './bounded-map.ts';

it('drops what was not used for longest when it is full', () => {
  const map = createBoundedMap<number>({ maxEntries: 2, ttlMs: 1_000 });
  map.set('a', 1);
  map.set('b', 2);
  map.get('a');
  map.set('c', 3);
  expect([map.get('a'), map.get('b'), map.get('c'), map.size]).toEqual([1, undefined, 3, 2]);
});

it('forgets an entry when its time is up, however often it was used', () => {
  let now = 0;
  const map = createBoundedMap<number>({ maxEntries: 2, ttlMs: 1_000, now: () => now });
  map.set('a', 1);
  now = 999;
  expect(map.get('a')).toBe(1);
  now = 1_000;
  expect([map.get('a'), map.size]).toEqual([undefined, 0]);
});

it('gives a value that is set again its full time', () => {
  let now = 0;
  const map = createBoundedMap<number>({ maxEntries: 2, ttlMs: 1_000, now: () => now });
  map.set('a', 1);
  now = 500;
  map.set('a', 2);
  now = 1_400;
  expect(map.get('a')).toBe(2);
});
