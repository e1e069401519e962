import { expect, it } from '@jest/globals';
import { BoundedMap } from './bounded-map.ts';

it('forgets what was not used for longest', () => {
  const map = new BoundedMap<string, number>(2);
  map.set('a', 1);
  map.set('b', 2);
  map.get('a');
  map.set('c', 3);
  expect(['a', 'b', 'c'].map((key) => map.get(key))).toEqual([1, undefined, 3]);
});

it('forgets the oldest where all are used, and keeps the new one', () => {
  const map = new BoundedMap<string, number>(2);
  map.set('a', 1);
  map.set('b', 2);
  for (const key of ['b', 'a']) map.get(key);
  map.set('c', 3);
  expect(['a', 'b', 'c'].map((key) => map.get(key))).toEqual([undefined, 2, 3]);
});

it('never forgets what is used between any two others, however many come', () => {
  const map = new BoundedMap<string | number, string>(100);
  map.set('busy', 'here');
  for (let other = 0; other < 10_000; other++) {
    map.set(other, 'there');
    expect(map.get('busy')).toBe('here');
  }
});

it('makes as much room as an entry weighs', () => {
  const map = new BoundedMap<string, string>(10, { weigh: (value) => value.length });
  map.set('a', 'four');
  map.set('b', 'four');
  map.set('b', 'grown b');
  expect([map.get('a'), map.get('b')]).toEqual([undefined, 'grown b']);
});

it('keeps the others when one is too heavy to be kept at all', () => {
  const map = new BoundedMap<string, string>(10, { weigh: (value) => value.length });
  map.set('a', 'four');
  map.set('b', 'four');
  map.set('b', 'more than ten');
  expect([map.get('a'), map.get('b')]).toEqual(['four', undefined]);
});

it('has the room again of what was deleted', () => {
  const map = new BoundedMap<string, number>(2);
  map.set('a', 1);
  map.set('b', 2);
  map.delete('b');
  map.set('c', 3);
  expect(['a', 'b', 'c'].map((key) => map.get(key))).toEqual([1, undefined, 3]);
});

it('forgets an entry when its time is up, however often it was used', () => {
  let now = 0;
  const map = new BoundedMap<string, number>(2, { ttlMs: 1_000, now: () => now });
  map.set('a', 1);
  now = 999;
  expect(map.get('a')).toBe(1);
  now = 1_000;
  expect(map.get('a')).toBeUndefined();
});

it('gives a value that is set again its full time', () => {
  let now = 0;
  const map = new BoundedMap<string, number>(2, { ttlMs: 1_000, now: () => now });
  map.set('a', 1);
  now = 500;
  map.set('a', 2);
  now = 1_400;
  expect(map.get('a')).toBe(2);
});
