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

it('makes as much room as an entry weighs', () => {
  const map = new BoundedMap<string, string>(10, (value) => value.length);
  map.set('a', 'four');
  map.set('b', 'four');
  map.set('b', 'grown b');
  expect([map.get('a'), map.get('b')]).toEqual([undefined, 'grown b']);
});

it('keeps the others when one is too heavy to be kept at all', () => {
  const map = new BoundedMap<string, string>(10, (value) => value.length);
  map.set('a', 'four');
  map.set('b', 'four');
  map.set('b', 'more than ten');
  expect([map.get('a'), map.get('b')]).toEqual(['four', undefined]);
});
