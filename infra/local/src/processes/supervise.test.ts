import { mkdtempSync, rmSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@shop/testkit';
import { silent } from '../progress.ts';
import { launch, type RunningProcess } from './launch.ts';
import { type Supervised, supervise } from './supervise.ts';

const backoffMs = { first: 5, most: 20 };
let dir: string;
let supervised: Supervised<RunningProcess> | undefined;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'supervise-'));
});
afterEach(async () => {
  await supervised?.close();
  supervised = undefined;
  rmSync(dir, { recursive: true, force: true });
});

function sleeper(name = 'sleeper', command = 'exec sleep 60'): Promise<RunningProcess> {
  return launch({ name, command: 'sh', args: ['-c', command], logFile: join(dir, `${name}.log`) });
}

describe('a supervised process', () => {
  it('comes back with a new pid when it is killed, and every pid is told', async () => {
    const pids: number[] = [];
    const started = await supervise({
      name: 'sleeper',
      start: () => sleeper(),
      onStarted: ({ pid }) => pids.push(pid),
      progress: silent,
      backoffMs,
    });
    supervised = started;
    const [first = 0] = pids;
    process.kill(first, 'SIGKILL');
    await eventually(() => expect(pids).toHaveLength(2));
    expect(started.current().pid).toBe(pids[1]);
    expect(isAlive(first)).toBe(false);
  });

  it('is tried again when it does not come back at once', async () => {
    let attempts = 0;
    const started = await supervise({
      name: 'sleeper',
      start: async (_signal, isRestart) => {
        attempts += 1;
        if (isRestart && attempts < 4) throw new Error('not yet');
        return sleeper();
      },
      onStarted: () => {},
      progress: silent,
      backoffMs,
    });
    supervised = started;
    const before = started.current().pid;
    process.kill(before, 'SIGKILL');
    await eventually(() => expect(started.current().pid).not.toBe(before));
    expect(attempts).toBe(4);
  });

  it('is not started again once it is closed', async () => {
    let starts = 0;
    const started = await supervise({
      name: 'sleeper',
      start: () => {
        starts += 1;
        return sleeper();
      },
      onStarted: () => {},
      progress: silent,
      backoffMs,
    });
    await started.close();
    expect(isAlive(started.current().pid)).toBe(false);
    expect(starts).toBe(1);
  });
});

describe('launch', () => {
  it('shows the last lines of a process that ends before it is ready', async () => {
    const failing = launch({
      name: 'failing',
      command: 'sh',
      args: ['-c', 'echo no such database; exit 3'],
      logFile: join(dir, 'failing.log'),
      probe: () => Promise.reject(new Error('refused')),
    });
    await expect(failing).rejects.toThrow(/exit code 3[\s\S]*no such database/);
  });

  it('stops a process that is not ready in time, and says why it was not', async () => {
    const silentOne = launch({
      name: 'silent',
      command: 'sh',
      args: ['-c', 'exec sleep 60'],
      logFile: join(dir, 'silent.log'),
      probe: () => Promise.reject(new Error('nobody answers')),
      readyWithinMs: 50,
    });
    await expect(silentOne).rejects.toThrow('nobody answers');
  });

  it('kills a process that does not end when it is asked to', async () => {
    const stubborn = await launch({
      name: 'stubborn',
      command: 'sh',
      args: ['-c', `trap "" TERM; echo > "$0"; while :; do sleep 0.1; done`, join(dir, 'trap-is-set')],
      logFile: join(dir, 'stubborn.log'),
      probe: () => access(join(dir, 'trap-is-set')),
      closeWithinMs: 100,
    });
    await stubborn.close();
    expect(await stubborn.exited).toBe('SIGKILL');
  });

  it('says which program is missing', async () => {
    const missing = launch({ name: 'Redis', command: 'no-such-program', args: [], logFile: join(dir, 'x.log') });
    await expect(missing).rejects.toThrow(/Redis did not start.*no-such-program/);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
