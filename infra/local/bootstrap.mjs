#!/usr/bin/env node
// Runs a task of the repository on a machine that has nothing but Node >= 20 and npm. Plain JavaScript without dependencies, because it is
// what installs them; the tasks themselves are TypeScript in src/tasks, run from source by Node 24.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(fileURLToPath(import.meta.url), '../../..');
const binDir = join(root, 'node_modules/.bin');

const tasks = {
  start: {
    does: 'Starts the whole shop and stays until Ctrl-C.',
    flags: [
      ['--fresh', 'begins anew: drops data and accounts, keeps downloaded servers and the build'],
      ['--instances <service>=<n>,…', 'starts more than one process of a service, for instance gateway=2,coupon=2;'],
      ['', 'they share commands and events, but the gateway asks the first one alone (it knows one address of each)'],
    ],
    environment: [
      ['PORT', 'moves the gateway from 4000'],
      ['MYSQL_URL, REDIS_URL, NATS_URL', "use servers that run already (MySQL: an administrator's URL)"],
      ['SERVERS_FROM', 'narrows where servers come from: address,docker,path,packages,install'],
    ],
  },
  stop: { does: 'Stops the shop that `npm start` runs in another terminal.' },
  dev: {
    does: 'Starts the shop, rebuilds what changes and restarts the process it belongs to.',
    flags: [['--fresh', 'begins anew']],
    environment: [['PORT, MYSQL_URL, …', 'as for `npm start`']],
  },
  demo: { does: 'Tells the story of one order in the terminal, through the gateway of the running shop.' },
  events: {
    does: 'Publishes events again that a stream has lost; lists dead letters and gives them back. Has a --help of its own.',
    ownHelp: true,
  },
  bench: {
    does: 'Measures the shop under load, on private servers that keep what they are told as `npm start` has them do.',
    flags: [
      ['orders | coupons', 'what to measure: placing orders, or coupons for those who come first'],
      ['--seconds <n>', 'of load for each scenario (orders: 10), for each arm and round (coupons: 4)'],
      ['--clients <n>', 'how many ask at the same time (16; 200)'],
      ['--json <file>', 'where the numbers go (.local/bench/<what>.json)'],
      ['--profile <folder>', 'has every process write a CPU profile there'],
      ['--scenarios <name>,…', 'of orders: only these'],
      ['--against <folder>', 'of orders: measures another, built working copy in turns with this one'],
      ['--coupons <n>', 'of each event (4000)'],
      ['--crowd <n>', 'at the end so many people, each new to the shop, ask for a hundred coupons (0)'],
      [
        'gateway',
        'what to measure: the gateway alone, with --seconds (6), --clients, --against and --profile as above',
      ],
      ['--only <name>,…', 'of gateway: ours, reference (ENGINE=apollo), vanilla, hive-js, hive-rust, floor'],
      ['--operations <name>,…', 'of gateway: small, two-hops, deep'],
      ['--rounds <n>', 'of gateway: in which all take turns (3)'],
      ['gateway-soak', 'what to measure: what stays in the memory of the gateway'],
      ['--reloads <n>', 'of gateway-soak: other supergraphs, one after the other (1000)'],
      ['--operations <n>', 'of gateway-soak: no two of them alike (1000000)'],
      ['--only <name>', 'of gateway-soak: reloads or operations'],
      [
        'fanout',
        'what to measure: telling a crowd of WebSocket clients of one event, with --rounds, --against and --profile as above',
      ],
      ['--clients <n>,…', 'of fanout: how many at once, one number after the other (1000,5000,10000)'],
      ['--events <n>', 'of fanout: told in each round (20)'],
      ['--only <name>,…', 'of fanout: ours, plain (graphql-ws), hive, limit (ws alone)'],
      ['--json', 'of fanout: without a file, the numbers are printed and nothing else'],
      ['schema', 'what to measure: a whole shop-schema check, of this schema and of one with 50 subgraphs'],
      ['--runs <n>', 'of schema: how often each (3)'],
    ],
  },
  test: {
    does: 'Runs every test on private servers and leaves nothing behind.',
    flags: [
      ['unit | int | e2e', 'only these tiers'],
      ['cluster', 'on demand only: what has to hold on a Redis Cluster, too'],
      ['<pattern>', 'only test files whose path matches; other flags go to jest'],
    ],
  },
  check: { does: 'Runs everything that has to be clean before a commit: format, lint, types, dependencies, schema.' },
  build: { does: 'Builds what has changed since the last build.' },
  schema: {
    does: 'Writes schema/ and docs/schema.md from code: SDL, supergraph, API, typed operations and the reference.',
  },
  'schema:check': {
    does: 'Fails when schema/ differs from what the code says, or when a change would break clients.',
    flags: [
      ['--base <base>', 'what to compare with: a git ref, a folder, a file or a URL (where the branch left main)'],
      ['--format <format>', 'text, json, github or markdown'],
      ['…', 'all of `npx shop-schema check --help`'],
    ],
  },
};

const [taskName = '', ...flags] = process.argv.slice(2);
const task = tasks[taskName];
if (task === undefined) fail(`Usage: node infra/local/bootstrap.mjs <task> [flags]\n\n${listOfTasks()}`);
if (!task.ownHelp && (flags.includes('--help') || flags.includes('-h'))) {
  process.stdout.write(help(taskName, task));
  process.exit(0);
}
if (!task.ownHelp && task.flags === undefined && flags.length > 0) {
  fail(`There is no ${flags[0]} here.\n\n${help(taskName, task)}`);
}
if (Number.parseInt(process.versions.node, 10) < 20) {
  fail(`Node ${process.versions.node} is too old: install Node 24 (https://nodejs.org), or at least 20.`);
}
if (!isInstalled()) install();
runTask(findNode24());

/** Compares the lock file with npm's own record of what is in node_modules, however it got there. */
function isInstalled() {
  const record = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(record)) return false;
  const wanted = packagesIn(join(root, 'package-lock.json'));
  const present = packagesIn(record);
  return Object.entries(wanted).every(
    // Optional packages are for one platform each, most of them not for this one.
    ([path, { version, optional }]) => path === '' || optional || present[path]?.version === version,
  );
}

function packagesIn(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages;
}

function install() {
  const startedAt = Date.now();
  say('Installing packages (npm ci), half a minute or a few, as fast as the registry is …');
  if (!npm('ci')) {
    say(
      'npm ci did not work, see above. Trying npm install, which mends a node_modules or a lock file that do not fit this machine …',
    );
    if (!npm('install')) {
      fail(
        'The packages could not be installed. Check that the npm registry can be reached (npm ping), then run this again.',
      );
    }
  }
  say(`Packages installed (${((Date.now() - startedAt) / 1000).toFixed(1)} s).`);
}

function npm(command) {
  const args = [command, '--no-audit', '--no-fund', '--loglevel=error'];
  const ownNpm = process.env.npm_execpath;
  // The npm that started us knows its own way; otherwise the one on the PATH.
  const [file, allArgs] = ownNpm?.endsWith('.js') ? [process.execPath, [ownNpm, ...args]] : ['npm', args];
  const { status, error } = spawnSync(file, allArgs, { cwd: root, stdio: 'inherit' });
  if (error !== undefined) fail(`${file} could not be started: ${error.message}`);
  return status === 0;
}

function findNode24() {
  if (Number.parseInt(process.versions.node, 10) >= 24) return process.execPath;
  const own = join(binDir, 'node');
  const version = spawnSync(own, ['--version'], { encoding: 'utf8' }).stdout ?? '';
  if (Number.parseInt(version.slice(1), 10) >= 24) return own;
  return fail(
    [
      `Shopgraph needs Node 24; this is Node ${process.versions.node} on ${process.platform}-${process.arch}.`,
      'On Linux x64 with glibc it comes with the packages. Elsewhere install it once: `nvm install 24`, `brew install node@24`,',
      'or https://nodejs.org – then run this again.',
    ].join('\n'),
  );
}

function runTask(node) {
  const file = join(root, 'infra/local/src/tasks', `${taskName.replace(':', '-')}.ts`);
  const child = spawn(node, ['--conditions=source', '--disable-warning=ExperimentalWarning', file, ...flags], {
    stdio: 'inherit',
    // Tasks start programs by name: Node 24 and the tools of this repository come first.
    env: { ...process.env, PATH: `${binDir}${delimiter}${process.env.PATH ?? ''}` },
  });
  // A terminal's Ctrl-C reaches the child as well as us, so it may hear of it twice; tasks don't mind.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  stopWithNpm(() => child.kill('SIGTERM'));
  child.on('error', (error) => fail(`${node} could not be started: ${error.message}`));
  child.on('exit', (code, signal) => process.exit(signal === null ? code : 1));
}

/** npm may end without a word to us (SIGKILL): its orphan has to notice by itself. The scripts say `exec`, so npm is our parent. */
function stopWithNpm(stop) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    stop();
  }, 300);
}

function help(name, { does, flags: options = [], environment = [] }) {
  const section = (title, rows) =>
    rows.length === 0 ? '' : `\n${title}:\n${rows.map(([what, why]) => `  ${what.padEnd(32)} ${why}\n`).join('')}`;
  const usage = `${['start', 'stop', 'test'].includes(name) ? 'npm' : 'npm run'} ${name}`;
  return `${usage}${options.length > 0 ? ' -- [flags]' : ''}\n\n${does}\n${section('Flags', options)}${section('Environment', environment)}`;
}

function listOfTasks() {
  return Object.entries(tasks)
    .map(([name, { does }]) => `  ${name.padEnd(14)}${does}`)
    .join('\n');
}

function say(line) {
  process.stdout.write(`${line}\n`);
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
