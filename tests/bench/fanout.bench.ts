import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  createProgress,
  findServers,
  keepPath,
  localDir,
  runTask,
  startNats,
  stopRequest,
  sweepPath,
} from '@shop/local';
import { type Arm, arms, type Ground, otherCopy } from './fanout/arms.ts';
import { gatherCrowd } from './fanout/crowd.ts';
import { type Events, openEvents } from './fanout/events.ts';
import { measureRound, type Result, resultOf, type Series, warmUp } from './fanout/measure.ts';
import { mustBeAbleToOpen } from './fanout/open-files.ts';
import { type Results, resultsTable, verdicts } from './fanout/results-table.ts';
import { type RunningArm, startArm } from './fanout/running-arm.ts';
import { supergraph } from './fanout/subscription.ts';
import { chosen, positive } from './gateway/options.ts';
import { installRivals } from './gateway/rivals.ts';
import { machine } from './report.ts';

const options = readOptions();
// Whoever wants the numbers printed wants nothing else there.
const output = options.json === null ? process.stderr : process.stdout;
const progress = createProgress((line) => output.write(`${line}\n`));

await runTask(async () => {
  if (process.platform !== 'linux') throw new Error('CPU time is read from /proc: this bench runs on Linux alone.');
  mustBeAbleToOpen(Math.max(...options.clients));
  const signal = stopRequest();
  mkdirSync(localDir, { recursive: true });
  const dir = mkdtempSync(join(localDir, 'bench-'));
  sweepPath(dir);
  if (options.arms.some(({ isRival }) => isRival)) await installRivals(progress);
  progress.say(machine());

  const closing: { close(): unknown }[] = [];
  try {
    const { nats } = await findServers({ localDir, progress, addresses: false });
    // Without waiting for the disk: what is measured begins when an event is there.
    const broker = await startNats({ source: nats, dir: join(dir, 'nats'), forTests: true, signal });
    closing.push(broker);
    const events = await openEvents(broker.url);
    closing.push(events);
    const ground = layGround(dir, broker.url);
    const results: Results = {};
    for (const clients of options.clients)
      for (const [arm, result] of await measure(clients, { ground, events, dir, signal }))
        results[arm] = { ...results[arm], [clients]: result };
    report(results);
  } finally {
    for (const each of closing.reverse()) await each.close();
    rmSync(dir, { recursive: true, force: true });
    keepPath(dir);
  }
});

function readOptions() {
  const { values } = parseArgs({
    args: process.argv.slice(2).flatMap((arg, i, all) => (isBareJson(arg, all[i + 1]) ? ['--json', ''] : [arg])),
    options: {
      clients: { type: 'string', default: '1000,5000,10000' },
      events: { type: 'string', default: '20' },
      rounds: { type: 'string', default: '3' },
      only: { type: 'string', default: arms.map(({ name }) => name).join(',') },
      json: { type: 'string', default: join(localDir, 'bench/fanout.json') },
      against: { type: 'string' },
      profile: { type: 'string' },
    },
  });
  const others: Arm[] = values.against === undefined ? [] : [otherCopy(values.against)];
  return {
    clients: values.clients.split(',').map(positive),
    events: positive(values.events),
    rounds: positive(values.rounds),
    arms: [...chosen(values.only, arms), ...others],
    json: values.json === '' ? null : values.json,
    profileDir: values.profile,
  };
}

function isBareJson(arg: string, next: string | undefined): boolean {
  return arg === '--json' && (next === undefined || next.startsWith('-'));
}

function layGround(dir: string, natsUrl: string): Ground {
  const ground = {
    natsUrl,
    supergraphPath: join(dir, 'events.graphql'),
    plainSupergraphPath: join(dir, 'plain.graphql'),
  };
  writeFileSync(ground.supergraphPath, supergraph({ withEvents: true }));
  writeFileSync(ground.plainSupergraphPath, supergraph({ withEvents: false }));
  return ground;
}

interface Place {
  ground: Ground;
  events: Events;
  dir: string;
  signal: AbortSignal;
}

/** New processes for each number of clients, as memory once had is seldom given back; rounds take turns. */
async function measure(clients: number, { ground, events, dir, signal }: Place): Promise<[string, Result][]> {
  const crowd = gatherCrowd();
  const running: RunningArm[] = [];
  const series: Series[] = [];
  try {
    for (const arm of options.arms) {
      await progress.step(`${clients} clients: ${arm.name} starts, and is warmed up`, async () => {
        const started = await startArm(arm, { ground, dir, profileDir: options.profileDir, signal });
        running.push(started);
        series.push(await warmUp(started, { crowd, events }));
      });
    }
    for (let round = 1; round <= options.rounds; round++) {
      await progress.step(`${clients} clients: round ${round}/${options.rounds}`, async () => {
        for (const each of series) {
          signal.throwIfAborted();
          await measureRound(each, { crowd, events, clients, count: options.events });
        }
      });
    }
  } finally {
    for (const each of running) await each.close();
    crowd.close();
  }
  return series.map((each) => [each.arm.name, resultOf(each, clients)]);
}

function report(results: Results): void {
  if (options.json === null) return void process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
  process.stdout.write(`\n${resultsTable(results)}\n\n`);
  for (const verdict of verdicts(results)) progress.say(verdict);
  mkdirSync(dirname(options.json), { recursive: true });
  writeFileSync(options.json, `${JSON.stringify(results, null, 2)}\n`);
  progress.say(`numbers: ${options.json}`);
}
