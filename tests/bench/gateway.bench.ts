import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { createProgress, keepPath, localDir, runTask, stopRequest, sweepPath } from '@shop/local';
import { type Arm, arms, otherCopy } from './gateway/arms.ts';
import { begin, measureRound, type Result, resultOf, type Series } from './gateway/measure.ts';
import { type Mocks, startMocks } from './gateway/mocks/start.ts';
import { operations } from './gateway/operations.ts';
import { chosen, positive } from './gateway/options.ts';
import { resultsTable, verdicts } from './gateway/results-table.ts';
import { installRivals } from './gateway/rivals.ts';
import { type RunningArm, startArm } from './gateway/running-arm.ts';
import { machine } from './report.ts';

const WARM_UP_SECONDS = 2;

const progress = createProgress((line) => process.stdout.write(`${line}\n`));

await runTask(async () => {
  const options = readOptions();
  if (process.platform !== 'linux') throw new Error('CPU time is read from /proc: this bench runs on Linux alone.');
  const signal = stopRequest();
  mkdirSync(localDir, { recursive: true });
  const dir = mkdtempSync(join(localDir, 'bench-'));
  sweepPath(dir);
  if (options.arms.some(({ isRival }) => isRival)) await installRivals(progress);
  progress.say(machine());

  const closing: { close(): Promise<void> }[] = [];
  try {
    const mocks = await startMocks(dir, signal);
    closing.push(mocks);
    const running: RunningArm[] = [];
    for (const arm of options.arms) {
      running.push(
        await progress.step(`${arm.name}: ${arm.what}`, () => startArm(arm, { ...options, mocks, dir, signal })),
      );
      closing.push(...running.slice(-1));
    }
    report(await measure(running, { ...options, mocks, signal }), options);
  } finally {
    for (const each of closing) await each.close();
    rmSync(dir, { recursive: true, force: true });
    keepPath(dir);
  }
});

function readOptions() {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', default: arms.map(({ name }) => name).join(',') },
      operations: { type: 'string', default: operations.map(({ name }) => name).join(',') },
      seconds: { type: 'string', default: '6' },
      rounds: { type: 'string', default: '3' },
      clients: { type: 'string', default: '16' },
      against: { type: 'string' },
      profile: { type: 'string' },
      json: { type: 'string', default: join(localDir, 'bench/gateway.json') },
    },
  });
  const others: Arm[] = values.against === undefined ? [] : [otherCopy(values.against)];
  return {
    arms: [...chosen(values.only, arms), ...others],
    operations: chosen(values.operations, operations),
    seconds: positive(values.seconds),
    rounds: positive(values.rounds),
    clients: positive(values.clients),
    profileDir: values.profile,
    json: values.json,
  };
}

type Options = ReturnType<typeof readOptions>;

/** Rounds take turns, so that whatever else this machine does concerns all gateways alike. */
async function measure(
  running: readonly RunningArm[],
  options: Options & { mocks: Mocks; signal: AbortSignal },
): Promise<Result[]> {
  const { clients, rounds, mocks, signal } = options;
  const series: Series[] = [];
  for (const operation of options.operations) {
    await progress.step(`${operation.name}: answers compared, warm-up`, async () => {
      for (const arm of running)
        series.push(await begin(arm, operation, { mocks, clients, signal, seconds: WARM_UP_SECONDS }));
    });
  }
  for (let round = 1; round <= rounds; round++) {
    await progress.step(`round ${round}/${rounds}`, async () => {
      for (const each of series)
        await measureRound(each, { mocks, clients, signal, seconds: options.seconds / rounds });
    });
  }
  return series.map(resultOf);
}

function report(results: Result[], { json, clients, operations: asked }: Options): void {
  process.stdout.write(`\n${resultsTable(results)}\n\n`);
  for (const verdict of verdicts(results, asked)) progress.say(verdict);
  mkdirSync(dirname(json), { recursive: true });
  const targets = Object.fromEntries(asked.map(({ name, target }) => [name, target]));
  const measured = { at: new Date().toISOString(), machine: machine(), clients, targets, results };
  writeFileSync(json, `${JSON.stringify(measured, null, 2)}\n`);
  progress.say(`numbers: ${json}`);
}
