import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { usedByChildren } from './cpu.ts';
import { machine, table } from './report.ts';
import { commitAll, commitFiles, LARGE, largeRepository, renameOneField } from './schema/large-repository.ts';

// What a whole check takes: on this repository (its subgraphs built before) when all their programs have to be asked for their
// SDL and when none has changed, and on one with 50 subgraphs and 2,000 types of which somebody has renamed a field.

const USAGE = `usage: npm run bench -- schema [--runs <n>]

Runs "shop-schema check" as CI does, and fails when the slowest of all runs (3) takes longer than it may.
`;
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PROGRAM = join(ROOT, 'schema/src/main.ts');

interface Run {
  seconds: number;
  cpuSeconds: number;
  code: number | null;
  out: string;
}

async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help')) {
    process.stdout.write(USAGE);
    return 0;
  }
  const runs = args[0] === '--runs' ? Number(args[1]) : 3;
  if (!Number.isInteger(runs) || runs < 1) throw new Error('Say how often: --runs 3.');
  const folder = await mkdtemp(join(tmpdir(), 'schema-bench-'));
  try {
    await writeLarge(folder);
    const ours = { cwd: ROOT, args: ['check', '--base', 'HEAD'], limitSeconds: 5, expected: 0 };
    const cases = [
      { what: 'this schema, all programs asked', ...ours, before: forgetPrinted },
      { what: 'this schema, none has changed', ...ours, before: nothing },
      {
        what: '50 subgraphs, 2,000 types',
        cwd: folder,
        args: ['check', '--base', 'HEAD'],
        limitSeconds: 20,
        expected: 1,
        before: nothing,
      },
    ];
    const rows: string[][] = [];
    let isTooSlow = false;
    for (const { what, cwd, args: command, limitSeconds, expected, before } of cases) {
      const measured: Run[] = [];
      for (let i = 0; i < runs; i++) {
        await before();
        measured.push(await timed(cwd, command));
      }
      const odd = measured.find(({ code }) => code !== expected);
      if (odd) throw new Error(`${what}: the exit code is ${odd.code} and not ${expected}.\n${odd.out}`);
      const seconds = measured.map((run) => run.seconds).sort((a, b) => a - b);
      const slowest = seconds.at(-1) ?? 0;
      isTooSlow ||= slowest > limitSeconds;
      rows.push([
        what,
        `shop-schema ${command.join(' ')}`,
        (seconds[0] ?? 0).toFixed(2),
        slowest.toFixed(2),
        Math.min(...measured.map((run) => run.cpuSeconds)).toFixed(2),
        String(limitSeconds),
      ]);
    }
    process.stdout.write(
      `${machine()}\n\n${table([['schema', 'command', 'fastest s', 'slowest s', 'least CPU s', 'limit s'], ...rows])}\n`,
    );
    return isTooSlow ? 1 : 0;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Committed with everything that is generated; then a field is renamed that a registered operation uses. */
async function writeLarge(folder: string): Promise<void> {
  await commitFiles(folder, largeRepository(LARGE));
  const { code, out } = await timed(folder, ['print']);
  if (code !== 0) throw new Error(`The large schema cannot be made.\n${out}`);
  await commitAll(folder);
  const subgraph = join(folder, 'schema/subgraphs/team7.graphql');
  await writeFile(subgraph, renameOneField(await readFile(subgraph, 'utf8')));
  await timed(folder, ['print']);
}

async function nothing(): Promise<void> {}

async function forgetPrinted(): Promise<void> {
  await rm(join(ROOT, '.local/printed-sdl'), { recursive: true, force: true });
}

function timed(cwd: string, args: readonly string[]): Promise<Run> {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const cpuBefore = usedByChildren();
    const child = spawn(
      process.execPath,
      ['--conditions=source', '--disable-warning=ExperimentalWarning', PROGRAM, ...args],
      { cwd },
    );
    let out = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        out += chunk;
      });
    }
    child.on('error', reject);
    child.on('close', (code) => {
      const seconds = (performance.now() - began) / 1000;
      resolve({ seconds, cpuSeconds: usedByChildren() - cpuBefore, code, out });
    });
  });
}

process.exitCode = await main(process.argv.slice(2));
