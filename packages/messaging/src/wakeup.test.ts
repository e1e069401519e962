import { createWakeup } from './wakeup.ts';

it('ends a sleep at once', async () => {
  const wakeup = createWakeup();
  const sleeping = wakeup.sleep(60_000);
  wakeup.wake();
  await sleeping;
});

it('remembers a wake that came while nobody slept, once', async () => {
  const wakeup = createWakeup();
  wakeup.wake();
  wakeup.wake();
  await wakeup.sleep(60_000);
  const startedAt = performance.now();
  await wakeup.sleep(20);
  expect(performance.now() - startedAt).toBeGreaterThan(15);
});
