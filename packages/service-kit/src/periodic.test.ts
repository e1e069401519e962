import { createLogger } from './logger.ts';
import { startPeriodic } from './periodic.ts';

const log = createLogger('test', { level: 'silent' });

it('goes on after a round that failed, and never runs two at once', async () => {
  let rounds = 0;
  let running = 0;
  let most = 0;
  await new Promise<void>((resolve) => {
    const periodic = startPeriodic({
      name: 'count',
      everyMs: 1,
      atOnce: true,
      log,
      work: async () => {
        most = Math.max(most, ++running);
        await new Promise(setImmediate);
        running -= 1;
        rounds += 1;
        if (rounds === 5) void periodic.close().then(resolve);
        if (rounds % 2 === 1) throw new Error('odd');
      },
    });
  });
  expect(rounds).toBe(5);
  expect(most).toBe(1);
});

it('waits for the round under way when it closes, and starts no other', async () => {
  let finish = () => {};
  let rounds = 0;
  const started = new Promise<void>((resolve) => {
    const periodic = startPeriodic({
      name: 'wait',
      everyMs: 1,
      atOnce: true,
      log,
      work: () =>
        new Promise<void>((done) => {
          rounds += 1;
          finish = done;
          closed = periodic.close();
          resolve();
        }),
    });
  });
  let closed: Promise<void> | undefined;
  await started;
  finish();
  await closed;
  expect(rounds).toBe(1);
});
