import { createIsolation } from './isolation.ts';

function aTask(log: string[], name: string) {
  let finish: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const work = async () => {
    log.push(`${name} begins`);
    await finished;
    log.push(`${name} ends`);
  };
  return { work, finish: () => finish() };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

it('lets a suspect wait for those that run, and those that come wait for the suspect', async () => {
  const log: string[] = [];
  const isolation = createIsolation();
  const [first, suspect, later] = [aTask(log, 'first'), aTask(log, 'suspect'), aTask(log, 'later')];
  const all = [isolation.together(first.work)];
  await settled();
  all.push(isolation.alone(suspect.work), isolation.together(later.work));
  await settled();
  expect(log).toEqual(['first begins']);
  first.finish();
  await settled();
  expect(log).toEqual(['first begins', 'first ends', 'suspect begins']);
  suspect.finish();
  later.finish();
  await Promise.all(all);
  expect(log.slice(3)).toEqual(['suspect ends', 'later begins', 'later ends']);
});

it('has suspects run one after the other', async () => {
  const log: string[] = [];
  const isolation = createIsolation();
  const [one, other] = [aTask(log, 'one'), aTask(log, 'other')];
  const all = [isolation.alone(one.work), isolation.alone(other.work)];
  await settled();
  expect(log).toEqual(['one begins']);
  one.finish();
  other.finish();
  await Promise.all(all);
  expect(log).toEqual(['one begins', 'one ends', 'other begins', 'other ends']);
});

it('goes on when a suspect fails, and when somebody hangs', async () => {
  const isolation = createIsolation(20);
  const log: string[] = [];
  await expect(isolation.alone(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  const hanging = aTask(log, 'hanging');
  void isolation.together(hanging.work);
  await settled();
  await isolation.alone(async () => void log.push('suspect'));
  void isolation.alone(hanging.work);
  await isolation.together(async () => void log.push('later'));
  expect(log).toEqual(['hanging begins', 'suspect', 'hanging begins', 'later']);
  hanging.finish();
});

it('lets one at a time have the claim, until it has been alone', async () => {
  const isolation = createIsolation();
  expect([isolation.claim(), isolation.claim()]).toEqual([true, false]);
  await isolation.alone(async () => expect(isolation.claim()).toBe(false));
  expect(isolation.claim()).toBe(true);
});

it('has a suspect wait for what comes first, which waits for nobody', async () => {
  const log: string[] = [];
  const isolation = createIsolation();
  const [first, suspect, other] = [aTask(log, 'first'), aTask(log, 'suspect'), aTask(log, 'other')];
  const all = [isolation.first(first.work), isolation.alone(suspect.work)];
  await settled();
  expect(log).toEqual(['first begins']);
  first.finish();
  await settled();
  all.push(isolation.first(other.work));
  expect(log).toEqual(['first begins', 'first ends', 'suspect begins', 'other begins']);
  other.finish();
  suspect.finish();
  await Promise.all(all);
});
