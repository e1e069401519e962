import { expect, it } from '@jest/globals';
import { type CountedOperation, createWaitingCounts } from './waiting-counts.ts';

const operation = (id: string, coordinates = [`Query.${id}`]): CountedOperation => ({
  id,
  name: id,
  hash: `hash of ${id}`,
  coordinates,
});
const bring =
  (...inputs: string[]) =>
  (found: Set<string>) => {
    for (const each of inputs) found.add(each);
  };

it('adds up the requests of an operation by who asks, with what their variables bring', () => {
  const waiting = createWaitingCounts(100_000);
  waiting.count(operation('a'), 'web', 1, bring('Filter.x'));
  waiting.count(operation('a'), 'web', 1, bring('Filter.x', 'Filter.y'));
  waiting.count(operation('a'), 'app', 1);
  waiting.count(operation('b'), 'web', 1);
  expect(waiting.requests()).toBe(4);
  const tallies = waiting.takeApart();
  expect(tallies).toMatchObject([
    { id: 'a', marks: ['Filter.x', 'Filter.y'], always: false },
    { id: 'b', marks: [] },
  ]);
  expect(tallies.map(({ counts }) => [...counts])).toEqual([
    [
      ['web', 2],
      ['app', 1],
    ],
    [['web', 1]],
  ]);
  expect(JSON.parse(tallies[0]?.about() ?? '')).toEqual({ name: 'a', hash: 'hash of a', coordinates: ['Query.a'] });
  expect([waiting.requests(), waiting.takeApart(), waiting.takeTogether()]).toEqual([0, [], null]);
});

it('keeps the coordinates of a flood of operations, clients or both, and how many requests they were', () => {
  const waiting = createWaitingCounts(20_000);
  for (let i = 0; i < 1_000; i += 1)
    waiting.count(operation(`o${i}`, [`Query.f${i % 7}`]), 'web', 1, bring('Filter.x'));
  for (let i = 0; i < 1_000; i += 1) waiting.count(operation('o0'), `client ${i}`, 1);
  const apart = waiting.takeApart();
  expect(apart.length).toBeLessThan(40);
  const together = waiting.takeTogether();
  expect([...(together?.marks ?? [])].sort()).toEqual([
    'Filter.x',
    'Query.f0',
    'Query.f1',
    'Query.f2',
    'Query.f3',
    'Query.f4',
    'Query.f5',
    'Query.f6',
    'Query.o0',
  ]);
  const requests = [...apart, together].flatMap((tally) => [...(tally?.counts.values() ?? [])]);
  expect(requests.reduce((sum, each) => sum + each)).toBe(2_000);
});

it('has room for fewer operations where variables bring much', () => {
  const manyInputs = Array.from({ length: 200 }, (_, i) => `Filter.f${i}`);
  const keptWith = (...inputs: string[]) => {
    const waiting = createWaitingCounts(100_000);
    for (let i = 0; i < 200; i += 1) waiting.count(operation(`o${i}`), 'web', 1, bring(...inputs));
    return waiting.takeApart().length;
  };
  expect(keptWith(...manyInputs)).toBeLessThan(keptWith() / 4);
});

it('keeps coordinates for which there was no room, also where their requests are counted already', () => {
  const waiting = createWaitingCounts(5_000);
  waiting.countTogether(['Filter.x'], 0);
  expect(waiting.takeTogether()).toMatchObject({ marks: ['Filter.x'], counts: new Map([['\n', 0]]) });
  expect(waiting.takeTogether()).toBeNull();
});

it('takes back what could not be sent, and adds it to what came meanwhile', () => {
  const waiting = createWaitingCounts(5_000);
  for (let i = 0; i < 20; i += 1) waiting.count(operation(`o${i}`), 'web', 2, bring('Filter.x'));
  const taken = [...waiting.takeApart(), waiting.takeTogether()];
  waiting.count(operation('o0'), 'web', 1, bring('Filter.y'));
  for (const tally of taken) if (tally) waiting.giveBack(tally);
  expect(waiting.requests()).toBe(41);
  const [first] = waiting.takeApart();
  expect(first).toMatchObject({ id: 'o0', marks: ['Filter.y', 'Filter.x'] });
  expect([...(first?.counts ?? [])]).toEqual([['web', 3]]);
  expect(waiting.takeTogether()?.marks).toContain('Query.o19');
});
