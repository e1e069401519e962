import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { createProgress, localDir, runTask, stopRequest } from '@shop/local';
import { testTokens } from '@shop/testkit';
import { type BenchShop, durabilityOf, startBenchShop } from './bench-shop.ts';
import {
  type Arm,
  createArms,
  type Ground,
  introduce,
  measureCheapest,
  measureIssue,
  measureSoldOut,
} from './coupons/arms.ts';
import { mustNotHaveOverIssued } from './coupons/books.ts';
import { armTables, resultOf, type Target, targetsOf } from './coupons/coupon-report.ts';
import { type Door, gatewayDoor, subgraphDoor } from './coupons/door.ts';
import { LITERAL_DATABASE, type LiteralFlow, startLiteralFlow } from './coupons/literal/start-literal.ts';
import { invite, type Person, register } from './coupons/people.ts';
import { measureBatches, measureGrants } from './coupons/raw-limits.ts';
import { type CpuSeconds, cpuSince, readCpu } from './cpu.ts';
import type { Load } from './load.ts';
import { machine } from './report.ts';

const ROUNDS = 3;
/** Of the rate at saturation. */
const STEADY_SHARES = [1 / 4, 1 / 2];
const CROWD_COUPONS = 100;
const DATABASE = 'shop_coupon';
/** Until everybody has asked. */
const AS_LONG_AS_IT_TAKES = Number.POSITIVE_INFINITY;

const progress = createProgress((line) => process.stdout.write(`${line}\n`));
const arms = createArms();

await runTask(async () => {
  const options = readOptions();
  const signal = stopRequest();
  const opened: { close(): Promise<void> }[] = [];
  try {
    const tokens = await testTokens();
    opened.push(tokens);
    const env = { JWKS_URL: tokens.jwksUrl, JWT_ISSUER: tokens.issuer };
    const shop = await startBenchShop({ name: 'this', env, profileDir: options.profile, signal, progress });
    opened.push(shop);
    const literal = await progress.step('the literal flow', () => startLiteralFlow(shop, tokens));
    opened.push(literal);
    const durability = await durabilityOf(shop);
    progress.say(`${machine()}; ${durability}`);

    const [admin] = await invite(tokens, 1);
    const adminToken = await tokens.mint({ userId: (admin as Person).id, role: 'ADMIN' });
    const databases = [DATABASE, LITERAL_DATABASE];
    const ground: Ground = { run: literal.run, admin: shop.admin, adminToken, databases, signal, ...options };
    const people = await progress.step('people and their tokens', () => invite(tokens, 2 * options.coupons));
    await register(people, shop.admin);
    await measureAll({ shop, literal, ground, people, options });
    if (options.crowd > 0) {
      const crowd = await progress.step(`a crowd of ${options.crowd}`, () => invite(tokens, options.crowd));
      await measureCrowd(doorsOf({ shop, literal }).gateway, crowd, ground);
    }
    await mustNotHaveOverIssued(shop.admin, databases);
    progress.say(
      '✓ rows = counter ≤ total, nobody has more than the maximum, codes are unique, sell-outs are told once',
    );
    report({ durability, ...options });
  } finally {
    for (const each of opened.reverse()) await each.close();
  }
});

function readOptions() {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '4' },
      clients: { type: 'string', default: '200' },
      coupons: { type: 'string', default: '4000' },
      crowd: { type: 'string', default: '0' },
      json: { type: 'string', default: join(localDir, 'bench/coupons.json') },
      profile: { type: 'string' },
    },
  });
  return {
    ...values,
    seconds: wholeNumber(values.seconds, 1),
    clients: wholeNumber(values.clients, 1),
    coupons: wholeNumber(values.coupons, 1),
    crowd: wholeNumber(values.crowd, 0),
  };
}

function wholeNumber(text: string, least: number): number {
  const number = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (!(number >= least)) throw new Error(`${text} is not a number from ${least} to 999999.`);
  return number;
}

interface Measuring {
  shop: BenchShop;
  literal: LiteralFlow;
  ground: Ground;
  people: readonly Person[];
  options: { coupons: number; seconds: number; clients: number };
}

async function measureAll({ shop, literal, ground, people, options }: Measuring): Promise<void> {
  const { coupons, seconds } = options;
  const { gateway, subgraph, ...literally } = doorsOf({ shop, literal });
  const doors = [gateway, subgraph, ...Object.values(literally)];
  const asking = people.slice(0, coupons);
  const late = people.slice(coupons);

  await progress.step('warm-up', async () => {
    for (const door of doors) {
      await introduce(people, door, ground);
      await measureIssue('', door, { people: asking.slice(0, 1_000), seconds }, ground);
    }
  });

  // Rounds take turns, so that whatever else this machine does concerns all of them alike.
  const soldOut = new Map<Door, string>();
  for (let round = 1; round <= ROUNDS; round++) {
    for (const door of doors) {
      const isLiteral = door.database === LITERAL_DATABASE;
      const issue = { people: asking, seconds: isLiteral ? seconds : AS_LONG_AS_IT_TAKES };
      const { arm, eventId } = await measureIssue('issue', door, issue, ground);
      keep(arm, round);
      if (isLiteral) continue;
      soldOut.set(door, eventId);
      keep(await measureSoldOut('sold out', door, { eventId, people: late, seconds }, ground), round);
      keep(await measureCheapest(door, { people: late, seconds }, ground), round);
    }
    await measureLimits({ ground, literal, seconds, round });
  }
  for (const [door, eventId] of soldOut) await measureSteady(door, { eventId, asking, late, seconds }, ground);
}

function doorsOf({ shop: { shop }, literal }: Pick<Measuring, 'shop' | 'literal'>) {
  const couponUrl = `${shop.urlOf('coupon')}/graphql`;
  return {
    gateway: gatewayDoor({ name: 'gateway', url: shop.gatewayUrl, database: DATABASE }),
    subgraph: subgraphDoor({ name: 'subgraph', url: couponUrl, database: DATABASE }),
    atLiteralGateway: gatewayDoor({ name: 'literal gateway', url: literal.gatewayUrl, database: LITERAL_DATABASE }),
    atLiteralSubgraph: subgraphDoor({ name: 'literal subgraph', url: literal.url, database: LITERAL_DATABASE }),
  };
}

async function measureLimits({
  ground: { run, clients, signal },
  literal,
  seconds,
  round,
}: Pick<Measuring, 'ground' | 'literal'> & { seconds: number; round: number }): Promise<void> {
  const beforeGrants = readCpu(run);
  const grants = await measureGrants(run, { clients, seconds, signal });
  const beforeBatches = readCpu(run);
  const batches = await measureBatches(literal.databaseUrl, { seconds, signal });
  const cpuOfGrants = cpuSince(beforeGrants, beforeBatches);
  const cpuOfBatches = cpuSince(beforeBatches, readCpu(run));
  const limit = (what: string, load: Load, requests: number, cpu: CpuSeconds) =>
    keep({ what: `limit: ${what}`, door: 'server', ...load, requests, cpu }, round);
  limit('issue.lua', grants, grants.latenciesMs.length, cpuOfGrants);
  limit('rows', batches, batches.coupons, cpuOfBatches);
}

/** The same below saturation: what a request takes when it does not wait behind others. */
async function measureSteady(
  door: Door,
  {
    eventId,
    asking,
    late,
    seconds,
  }: { eventId: string; asking: readonly Person[]; late: readonly Person[]; seconds: number },
  ground: Ground,
): Promise<void> {
  const steadily = (what: string, share: number) => {
    const arm = arms.all().find((each) => each.what === what && each.door === door.name);
    const pace = { seconds, perSecond: (share * (arm?.requests ?? 0)) / (arm?.seconds ?? 1) };
    return [`${what}, steady ${100 * share} %`, pace] as const;
  };
  for (const share of STEADY_SHARES) {
    const [issue, issuePace] = steadily('issue', share);
    keep((await measureIssue(issue, door, { people: asking, ...issuePace }, ground)).arm);
    const [soldOut, soldOutPace] = steadily('sold out', share);
    keep(await measureSoldOut(soldOut, door, { eventId, people: late, ...soldOutPace }, ground));
  }
}

async function measureCrowd(door: Door, crowd: readonly Person[], ground: Ground): Promise<void> {
  const people = { people: crowd, coupons: CROWD_COUPONS, seconds: AS_LONG_AS_IT_TAKES };
  keep((await measureIssue(`crowd of ${crowd.length} for ${CROWD_COUPONS}`, door, people, ground)).arm);
}

function keep(arm: Arm, round?: number): void {
  arms.add({ ...arm, cpu: { ...arm.cpu }, latenciesMs: [...arm.latenciesMs] });
  const rate = (arm.requests / arm.seconds).toFixed(0);
  progress.say(`${round === undefined ? '' : `round ${round}/${ROUNDS}  `}${arm.what} (${arm.door}): ${rate}/s`);
}

/** Prints and keeps the numbers. A missed target is told, not punished: a shared machine misses some. */
function report({ json, durability, clients }: { json: string; durability: string; clients: number }): void {
  const results = arms.all().map(resultOf);
  const targets = targetsOf(results);
  process.stdout.write(`\n${armTables(results)}\n\n`);
  for (const { target, measured, isMet } of targets as Target[])
    progress.say(`${isMet ? '✓' : '✗'} ${target}: ${measured}`);
  mkdirSync(dirname(json), { recursive: true });
  const measured = { at: new Date().toISOString(), machine: machine(), durability, clients, targets, results };
  writeFileSync(json, `${JSON.stringify(measured, null, 2)}\n`);
  progress.say(`numbers: ${json}`);
}
