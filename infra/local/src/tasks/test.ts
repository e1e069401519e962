import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildAll } from '../build.ts';
import { localDir, rootDir } from '../paths.ts';
import { keepPath, sweepPath } from '../processes/guard.ts';
import { runInView } from '../processes/run-in-view.ts';
import { stopRequest } from '../processes/stop-request.ts';
import { printed } from '../progress.ts';
import { runTask } from '../run-task.ts';
import { findServers } from '../servers/find-servers.ts';

const tiers = ['unit', 'int', 'e2e', 'cluster'] as const;
type Tier = (typeof tiers)[number];
/** Run when nothing is asked for: a Redis Cluster is for those who change what is kept there. */
const usual: readonly Tier[] = ['unit', 'int', 'e2e'];

/** The projects of jest.config.js that run beside each other; one round after the other. */
const rounds: readonly Round[] = [
  { projects: { unit: 'unit' } },
  { projects: { int: 'int', e2e: 'own-shop', cluster: 'cluster' } },
  // All share one shop, whose statements and messages some of them count.
  { projects: { e2e: 'e2e' }, flags: ['--runInBand'] },
];

interface Round {
  projects: Partial<Record<Tier, string>>;
  flags?: readonly string[];
}

/** The part of jest's report that is worth repeating at the end. */
interface Report {
  numPassedTests: number;
  numFailedTests: number;
  numTotalTests: number;
  /** Files that could not even be loaded: none of their tests counts as failed. */
  numRuntimeErrorTestSuites: number;
  numFailedTestSuites: number;
  numTotalTestSuites: number;
}

await runTask(async () => {
  const stopping = stopRequest();
  const args = process.argv.slice(2);
  const isTier = (arg: string): arg is Tier => tiers.some((tier) => tier === arg);
  const asked = args.filter(isTier);
  const wanted = asked.length === 0 ? usual : tiers.filter((tier) => asked.includes(tier));
  const forJest = args.filter((arg) => !isTier(arg));

  const needsServers = wanted.some((tier) => tier !== 'unit');
  // Unit tests begin while the servers are downloaded, the first time; what goes wrong with them is thrown where they are awaited.
  const servers = needsServers ? findServers({ localDir, progress: printed, addresses: false }) : null;
  servers?.catch(() => {});
  await buildAll(printed);
  const dir = mkdtempSync(join(tmpdir(), 'shopgraph-reports-'));
  sweepPath(dir);
  const results: RoundResult[] = [];
  for (const { projects, flags = [] } of rounds) {
    const names = wanted.flatMap((tier) => projects[tier] ?? []);
    if (names.length === 0 || stopping.aborted) continue;
    if (projects.unit === undefined) await servers;
    results.push(await runRound(names, [...forJest, ...flags], dir));
  }
  rmSync(dir, { recursive: true, force: true });
  keepPath(dir);
  process.stdout.write(`\n${results.map(({ line }) => line).join('\n')}\n`);
  const passed = results.reduce((sum, round) => sum + round.passed, 0);
  const failed = results.reduce((sum, round) => sum + round.failed, 0);
  if (stopping.aborted) printed.say('✗ stopped');
  // The form that test reporters agree on, alone on the last line.
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  return failed > 0 || stopping.aborted ? 1 : 0;
});

interface RoundResult {
  line: string;
  passed: number;
  failed: number;
}

async function runRound(projects: readonly string[], args: readonly string[], dir: string): Promise<RoundResult> {
  const startedAt = Date.now();
  const name = projects.join(', ');
  const file = join(dir, `${projects.join('-')}.json`);
  printed.say(`── ${name} ${'─'.repeat(60)}`);
  const code = await runInView(
    process.execPath,
    [
      join(rootDir, 'node_modules/jest/bin/jest.js'),
      ...args,
      ...['--selectProjects', ...projects, '--passWithNoTests', '--json', `--outputFile=${file}`],
    ],
    {
      // MikroORM is ESM only, and jest's ESM needs the flag. The JSON goes to the file; jest's own report to the terminal.
      NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning',
      // Tests start hundreds of processes and threads, of which each would compile the same modules again.
      NODE_COMPILE_CACHE: join(localDir, 'compile-cache'),
    },
  );
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  const head = `${name.padEnd(13)} ${`${seconds} s`.padStart(8)}  `;
  const report = readReport(file);
  if (report === null) return { line: `${head}ended without a report`, passed: 0, failed: 1 };
  const failed = report.numFailedTests + report.numRuntimeErrorTestSuites;
  const files = `${report.numTotalTestSuites - report.numFailedTestSuites}/${report.numTotalTestSuites} files`;
  return {
    line: `${head}${report.numPassedTests}/${report.numTotalTests} tests, ${files}`,
    passed: report.numPassedTests,
    // Jest may also fail without a failed test: a global teardown that threw, say.
    failed: code === 0 ? failed : Math.max(failed, 1),
  };
}

function readReport(file: string): Report | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}
