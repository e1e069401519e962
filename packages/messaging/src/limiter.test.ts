import { createLimiter } from './limiter.ts';

function gate() {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

it('lets work wait its turn, and goes on after a failure', async () => {
  const limiter = createLimiter(1);
  const started: number[] = [];
  const first = gate();
  const failing = limiter.run(async () => {
    started.push(1);
    await first.opened;
    throw new Error('first');
  });
  const second = limiter.run(async () => void started.push(2));
  expect(started).toEqual([1]);
  first.open();
  await expect(failing).rejects.toThrow('first');
  await second;
  expect(started).toEqual([1, 2]);
});

it('is idle when nothing runs and nothing waits', async () => {
  const limiter = createLimiter(2);
  await limiter.idle();
  let done = 0;
  for (let n = 0; n < 5; n++) void limiter.run(async () => void done++);
  await limiter.idle();
  expect(done).toBe(5);
});
