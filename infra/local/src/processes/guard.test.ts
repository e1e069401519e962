import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { eventually } from '@shop/testkit';
import { rootDir } from '../paths.ts';

it('stops the children of a process that was killed, after removing its files and before removing its directories', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'guard '));
  const program = join(dir, 'parent.ts');
  writeFileSync(
    program,
    `import { spawn } from 'node:child_process';
     import { keepPath, sweepPath, watchProcess } from ${JSON.stringify(join(rootDir, 'infra/local/src/processes/guard.ts'))};
     const child = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
     watchProcess(child.pid);
     for (const name of ['gone', 'used', 'kept']) sweepPath(${JSON.stringify(dir)} + '/' + name);
     keepPath(${JSON.stringify(dir)} + '/kept');
     console.log(child.pid);
     setInterval(() => {}, 1000);`,
  );
  for (const name of ['gone', 'kept']) writeFileSync(join(dir, name), '');
  mkdirSync(join(dir, 'used'));
  const parent = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const child = await new Promise<number>((resolve) => parent.stdout.once('data', (pid) => resolve(Number(pid))));
  parent.kill('SIGKILL');
  await eventually(() => expect(existsSync(join(dir, 'gone'))).toBe(false));
  // A successor's, in the place of the one that is gone.
  writeFileSync(join(dir, 'gone'), '');
  await eventually(() => expect(existsSync(join(dir, 'used'))).toBe(false));
  expect(existsSync(join(dir, 'gone'))).toBe(true);
  expect(() => process.kill(child, 0)).toThrow('ESRCH');
  expect(existsSync(join(dir, 'kept'))).toBe(true);
  rmSync(dir, { recursive: true });
});
