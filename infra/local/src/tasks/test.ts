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

  await Promise.all([
    buildAll(printed),
    wanted.some((tier) => tier !== 'unit') && findServers({ localDir, progress: printed, addresses: false }),
  ]);
  const dir = mkdtempSync(join(tmpdir(), 'shopgraph-reports-'));
  sweepPath(dir);
  const results: TierResult[] = [];
  for (const tier of wanted) {
    if (stopping.aborted) break;
    results.push(await runTier(tier, forJest, dir));
  }
  rmSync(dir, { recursive: true, force: true });
  keepPath(dir);
  process.stdout.write(`\n${results.map(({ line }) => line).join('\n')}\n`);
  const passed = results.reduce((sum, tier) => sum + tier.passed, 0);
  const failed = results.reduce((sum, tier) => sum + tier.failed, 0);
  if (stopping.aborted) printed.say('✗ stopped');
  // The form that test reporters agree on, alone on the last line.
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  return failed > 0 || stopping.aborted ? 1 : 0;
});

interface TierResult {
  line: string;
  passed: number;
  failed: number;
}

async function runTier(tier: Tier, args: readonly string[], dir: string): Promise<TierResult> {
  const startedAt = Date.now();
  const file = join(dir, `${tier}.json`);
  printed.say(`── ${tier} ${'─'.repeat(60)}`);
  const code = await runInView(
    process.execPath,
    [
      join(rootDir, 'node_modules/jest/bin/jest.js'),
      ...args,
      // The processes of one shop are enough for a small machine.
      ...(tier === 'e2e' ? ['--runInBand'] : []),
      ...['--selectProjects', tier, '--passWithNoTests', '--json', `--outputFile=${file}`],
    ],
    // MikroORM is ESM only, and jest's ESM needs the flag. The JSON goes to the file; jest's own report to the terminal.
    { NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning' },
  );
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  const head = `${tier.padEnd(5)} ${`${seconds} s`.padStart(8)}  `;
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
