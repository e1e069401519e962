import { buildAll } from '../build.ts';
import { rootDir } from '../paths.ts';
import { run } from '../processes/run.ts';
import { printed } from '../progress.ts';
import { runTask } from '../run-task.ts';

const sources = ['packages', 'subgraphs', 'workers', 'gateway', 'schema', 'infra/local', 'tests'];

/** What has to be clean; checked all at once, because most of it keeps one core busy and no more. */
const checks = [
  { what: 'format and lint (biome)', command: ['biome', 'check', '.'] },
  { what: 'types (tsc)', command: ['tsc', '-p', 'tsconfig.json'] },
  {
    what: 'directions of imports (dependency-cruiser)',
    command: ['depcruise', '--config', '.dependency-cruiser.js', ...sources],
  },
  { what: 'unused files, exports and dependencies (knip)', command: ['knip'] },
  {
    what: 'schema: drift, composition, lint, operations, breaking changes',
    command: ['node', '--conditions=source', 'schema/src/main.ts', 'check'],
  },
] as const;

await runTask(async () => {
  let failures = 0;
  await buildAll(printed);
  const checked = checks.map(({ what, command: [program, ...args] }) =>
    printed
      .step(what, async () => {
        const { ok, stdout, stderr } = await run(program, args, { cwd: rootDir });
        if (!ok) throw new Error(`${stdout}${stderr}`);
      })
      .catch((error: Error) => {
        failures += 1;
        process.stdout.write(`${error.message.trimEnd()}\n\n`);
      }),
  );
  await Promise.all(checked);
  printed.say(failures === 0 ? '✓ everything is clean' : `✗ ${failures} of ${checks.length} checks found something`);
  return failures === 0 ? 0 : 1;
});
