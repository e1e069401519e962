import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { createProgress, findFreePort, keepPath, localDir, runTask, stopRequest, sweepPath } from '@shop/local';
import { arms, OURS } from './gateway/arms.ts';
import { type Mocks, startMocks } from './gateway/mocks/start.ts';
import { chosen, positive } from './gateway/options.ts';
import { type RunningArm, startArm } from './gateway/running-arm.ts';
import { curve } from './gateway/soak/curve.ts';
import { sendDistinct } from './gateway/soak/distinct-operations.ts';
import { BOUND, growth, type Sample, settledMemory, settlingFlags } from './gateway/soak/memory.ts';
import { lightLoad, twoVersions } from './gateway/soak/reloads.ts';
import { machine } from './report.ts';

const SAMPLES = 24;
/** Small enough to be full, and turning over, in a short run as well. */
const PLAN_CACHE_BYTES = String(16 * 2 ** 20);

const phases = [{ name: 'reloads' }, { name: 'operations' }] as const;

const progress = createProgress((line) => process.stdout.write(`${line}\n`));

/** The gateway under soak, and how to ask it what it holds. */
interface Soaked {
  gateway: RunningArm;
  mocks: Mocks;
  memory(done: number): Promise<Sample>;
}

await runTask(async () => {
  const options = readOptions();
  if (process.platform !== 'linux') throw new Error('Memory is read from /proc: this bench runs on Linux alone.');
  const signal = stopRequest();
  mkdirSync(localDir, { recursive: true });
  const dir = mkdtempSync(join(localDir, 'bench-'));
  sweepPath(dir);
  progress.say(machine());
  const results: Record<string, Sample[]> = {};
  try {
    for (const phase of options.phases)
      results[phase] = await withGateway(dir, options, signal, (soaked) => soak(phase, soaked, { ...options, signal }));
  } finally {
    rmSync(dir, { recursive: true, force: true });
    keepPath(dir);
  }
  return report(results, options.json);
});

function readOptions() {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', default: phases.map(({ name }) => name).join(',') },
      reloads: { type: 'string', default: '1000' },
      operations: { type: 'string', default: '1000000' },
      clients: { type: 'string', default: '4' },
      json: { type: 'string', default: join(localDir, 'bench/gateway-soak.json') },
    },
  });
  return {
    phases: chosen(values.only, phases).map(({ name }) => name),
    reloads: positive(values.reloads),
    operations: positive(values.operations),
    clients: positive(values.clients),
    json: values.json,
  };
}

type Options = ReturnType<typeof readOptions> & { signal: AbortSignal };

/** A gateway of its own for each phase, so that what one leaves behind is not counted in the other. */
async function withGateway<T>(
  dir: string,
  { clients }: { clients: number },
  signal: AbortSignal,
  work: (soaked: Soaked) => Promise<T>,
): Promise<T> {
  const mocks = await startMocks(dir, signal);
  try {
    const port = await findFreePort();
    const nodeFlags = settlingFlags(port);
    const settings = { mocks, dir, clients: clients + 1, nodeFlags, env: { PLAN_CACHE_BYTES }, signal };
    const [ours] = chosen(OURS, arms);
    if (ours === undefined) throw new Error('Our own gateway is always among the arms.');
    const gateway = await startArm(ours, settings);
    return await work({ gateway, mocks, memory: (done) => settledMemory(gateway, port, done) }).finally(gateway.close);
  } finally {
    await mocks.close();
  }
}

async function soak(phase: (typeof phases)[number]['name'], soaked: Soaked, options: Options): Promise<Sample[]> {
  const total = options[phase];
  const advance = (phase === 'reloads' ? reloading : sending)(soaked, options);
  const samples = [await soaked.memory(0)];
  for (let part = 1; part <= SAMPLES; part++) {
    const [from, to] = [part - 1, part].map((each) => Math.round((total * each) / SAMPLES)) as [number, number];
    if (to === from) continue;
    await progress.step(`${phase}: ${to} of ${total}`, () => advance(from, to));
    const sample = await soaked.memory(to);
    samples.push(sample);
    progress.say(`${''.padEnd(4)}heap ${sample.heapMb.toFixed(1)} MB, RSS ${sample.residentMb.toFixed(0)} MB`);
  }
  return samples;
}

function reloading({ gateway, mocks }: Soaked, { clients, signal }: Options) {
  const versions = twoVersions(mocks, gateway);
  return async (from: number, to: number) => {
    const load = lightLoad(gateway, clients);
    for (let reload = from; reload < to; reload++) {
      signal.throwIfAborted();
      await versions.reload();
    }
    await load.stop();
  };
}

function sending({ gateway }: Soaked, { clients, signal }: Options) {
  return (from: number, to: number) => sendDistinct(gateway, { from, to, clients, signal });
}

/** Prints and keeps the curves; answers 1 when one of them grows beyond the bound. */
function report(results: Record<string, Sample[]>, json: string): number {
  let leaks = 0;
  for (const [phase, samples] of Object.entries(results)) {
    process.stdout.write(`\n${curve(phase, samples)}\n\n`);
    const { since, heapMb, residentMb, isBounded } = growth(samples);
    leaks += isBounded ? 0 : 1;
    progress.say(
      `${isBounded ? '✓' : '✗'} ${phase}: since ${since}, heap ${signed(heapMb)} MB (at most +${BOUND.heapMb}), ` +
        `RSS ${signed(residentMb)} MB (at most +${BOUND.residentMb}); no request failed`,
    );
  }
  mkdirSync(dirname(json), { recursive: true });
  const measured = { at: new Date().toISOString(), machine: machine(), bound: BOUND, results };
  writeFileSync(json, `${JSON.stringify(measured, null, 2)}\n`);
  progress.say(`samples: ${json}`);
  return leaks === 0 ? 0 : 1;
}

function signed(mb: number): string {
  return `${mb < 0 ? '' : '+'}${mb.toFixed(1)}`;
}
