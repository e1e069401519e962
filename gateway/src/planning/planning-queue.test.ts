import { expect, it } from '@jest/globals';
import { createPlanningQueue } from './planning-queue.ts';

function task() {
  let end = (_: string): void => {};
  let fail = (_: Error): void => {};
  const done = new Promise<string>((resolve, reject) => {
    end = resolve;
    fail = reject;
  });
  const work = {
    begun: false,
    end,
    fail,
    run() {
      work.begun = true;
      return done;
    },
  };
  return work;
}

it('runs so many at once and the others in their order, whether those before them succeed or fail', async () => {
  let waiting = 0;
  const onLength = (length: number) => {
    waiting = length;
  };
  const queue = createPlanningQueue({ atOnce: 2, maxWaiting: 5, onLength });
  const tasks = [task(), task(), task(), task()];
  const results = tasks.map(({ run }) => queue.run(run));
  expect(tasks.map(({ begun }) => begun)).toEqual([true, true, false, false]);
  expect(waiting).toBe(2);
  tasks[1]?.fail(new Error('no'));
  await expect(results[1]).rejects.toThrow('no');
  expect(tasks.map(({ begun }) => begun)).toEqual([true, true, true, false]);
  for (const { end } of tasks) end('done');
  expect(await Promise.all([results[0], results[2], results[3]])).toEqual(['done', 'done', 'done']);
  expect(waiting).toBe(0);
});

it('refuses what would wait behind too many', async () => {
  const queue = createPlanningQueue({ atOnce: 1, maxWaiting: 1, onLength: () => {} });
  const tasks = [task(), task(), task()];
  const results = tasks.map(({ run }) => queue.run(run));
  await expect(results[2]).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  for (const { end } of tasks) end('done');
  expect(await Promise.all(results.slice(0, 2))).toEqual(['done', 'done']);
  expect(tasks[2]?.begun).toBe(false);
});
