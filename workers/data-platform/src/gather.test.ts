import { expect, it } from '@jest/globals';
import { gather } from './gather.ts';

const turn = () => new Promise(setImmediate);

it('asks once for what comes together, and answers each', async () => {
  const calls: number[][] = [];
  const double = gather(async (items: number[]) => {
    calls.push(items);
    return items.map((item) => item * 2);
  });
  expect(await Promise.all([double(1), double(2), double(3)])).toEqual([2, 4, 6]);
  expect(await double(4)).toBe(8);
  expect(calls).toEqual([[1, 2, 3], [4]]);
});

it('runs one call at a time, of so many at most, in the order they came', async () => {
  const calls: number[][] = [];
  const answers: (() => void)[] = [];
  const slow = gather(
    (items: number[]) => {
      calls.push(items);
      return new Promise<number[]>((resolve) => answers.push(() => resolve(items)));
    },
    { maxSize: 2 },
  );
  const first = slow(1);
  await turn();
  const rest = [2, 3, 4].map(slow);
  await turn();
  expect(calls).toEqual([[1]]);
  answers.shift()?.();
  expect(await first).toBe(1);
  await turn();
  answers.shift()?.();
  await turn();
  answers.shift()?.();
  expect(await Promise.all(rest)).toEqual([2, 3, 4]);
  expect(calls).toEqual([[1], [2, 3], [4]]);
});

it('waits for others as long as it is told', async () => {
  const calls: number[][] = [];
  const patient = gather(
    async (items: number[]) => {
      calls.push(items);
      return items;
    },
    { waitMs: 250 },
  );
  const first = patient(1);
  await turn();
  await Promise.all([first, patient(2)]);
  expect(calls).toEqual([[1, 2]]);
});

it('fails for those of one call, and goes on with the next', async () => {
  const picky = gather(async (items: number[]) => {
    if (items.includes(13)) throw new Error('unlucky');
    return items;
  });
  const unlucky = Promise.allSettled([picky(12), picky(13)]);
  expect((await unlucky).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await picky(14)).toBe(14);
});
