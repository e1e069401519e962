import { buildAll } from '../build.ts';
import { rootDir } from '../paths.ts';
import { run } from '../processes/run.ts';
import { printed } from '../progress.ts';
import { runTask } from '../run-task.ts';

const sources = ['packages', 'subgraphs', 'workers', 'gateway', 'schema', 'infra/local', 'tests'];

/** What has to be clean, in the order of how soon it says no. */
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
  for (const { what, command } of checks) {
    const [program, ...args] = command;
    await printed
      .step(what, async () => {
        const { ok, stdout, stderr } = await run(program, args, { cwd: rootDir });
        if (!ok) throw new Error(`${stdout}${stderr}`);
      })
      .catch((error: Error) => {
        failures += 1;
        process.stdout.write(`${error.message.trimEnd()}\n\n`);
      });
  }
  printed.say(failures === 0 ? '✓ everything is clean' : `✗ ${failures} of ${checks.length} checks found something`);
  return failures === 0 ? 0 : 1;
});
