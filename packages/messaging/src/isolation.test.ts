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
