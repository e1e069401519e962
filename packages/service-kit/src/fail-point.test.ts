import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { armFailPoints, failPoint } from './fail-point.ts';

const dir = mkdtempSync(join(tmpdir(), 'fail-point-'));
afterAll(() => rmSync(dir, { recursive: true }));
afterEach(() => armFailPoints(undefined));

const file = join(dir, 'place');

function run(place: string): Promise<{ signal: NodeJS.Signals | null; stdout: string }> {
  const module = new URL('./fail-point.ts', import.meta.url);
  const script = `import { armFailPoints, failPoint } from '${module}';
    armFailPoints('${file}'); failPoint('${place}'); console.log('went on');`;
  return new Promise((resolve) => {
    execFile(process.execPath, ['--input-type=module', '-e', script], (error, stdout) =>
      resolve({ signal: error?.signal ?? null, stdout }),
    );
  });
}

it('kills the process at the place that the file names, once', async () => {
  writeFileSync(file, 'order.pivot\n');
  expect(await run('order.begun')).toEqual({ signal: null, stdout: 'went on\n' });
  expect(await run('order.pivot')).toEqual({ signal: 'SIGKILL', stdout: '' });
  expect(existsSync(file)).toBe(false);
  expect(await run('order.pivot')).toEqual({ signal: null, stdout: 'went on\n' });
});

it('does nothing without a file, and is refused in production', () => {
  armFailPoints(undefined);
  failPoint('anywhere');
  const { NODE_ENV } = process.env;
  process.env.NODE_ENV = 'production';
  try {
    expect(() => armFailPoints(file)).toThrow(/must not be set in production/);
  } finally {
    process.env.NODE_ENV = NODE_ENV;
  }
});
