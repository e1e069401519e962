import { execFile } from 'node:child_process';

/** Standard error of a process that reads its settings, and its exit code. */
function run(env: Record<string, string>): Promise<{ code: unknown; stderr: string }> {
  const script = `
    import { listening, loadConfig } from '${new URL('./config.ts', import.meta.url)}';
    import { runService } from '${new URL('./run-service.ts', import.meta.url)}';
    import { z } from '${import.meta.resolve('zod')}';
    await runService('coupon', async () => loadConfig(z.object(listening(4004))));`;
  const args = ['--conditions=source', '--input-type=module', '-e', script];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { env }, (error, _stdout, stderr) => resolve({ code: error?.code, stderr }));
  });
}

it('a process with settings it cannot read names all of them, the level of its log among them', async () => {
  const { code, stderr } = await run({ LOG_LEVEL: 'verbose', PORT: 'eighty' });
  expect(stderr).toMatch(/^coupon: The environment is not complete:\n {2}PORT must be .*\n {2}LOG_LEVEL .*"trace"/);
  expect(code).toBe(1);
});
