import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { createProgress, localDir, runTask, stopRequest } from '@shop/local';
import { createWorld } from '../e2e/world.ts';
import { type BenchShop, type BenchShopOptions, durabilityOf, startBenchShop } from './bench-shop.ts';
import { addCpu, type CpuSeconds, cpuSince, readCpu } from './cpu.ts';
import { mustBeConsistent } from './invariants.ts';
import { generateLoad, percentile } from './load.ts';
import { BUDGET, everythingDelivered, measureOrderCost, type OrderCost, overBudget } from './order-cost.ts';
import { machine, type Result, tables } from './report.ts';
import { type Buyers, budgeted, createBuyers, type Scenario, scenarios } from './scenarios.ts';

const ROUNDS = 2;
const WARM_UP_SECONDS = 2;
const COUPONS_TO_BEGIN_WITH = 25;
/** Of one client: it waits for its answer, and who has no coupon left stops. */
const ORDERS_PER_SECOND_AT_MOST = 12;

const progress = createProgress((line) => process.stdout.write(`${line}\n`));

/** A shop with buyers who can order in it. */
type OrderShop = BenchShop & { buyers: Buyers };

/** One scenario in one shop, and what has been measured of it so far. */
interface Series {
  shop: OrderShop;
  scenario: Scenario;
  cost: OrderCost;
  seconds: number;
  latenciesMs: number[];
  cpu: CpuSeconds;
}

await runTask(async () => {
  const options = readOptions();
  const signal = stopRequest();
  const shops: OrderShop[] = [];
  try {
    const { clients, profile: profileDir, against } = options;
    const common = { profileDir, signal, progress };
    shops.push(await startOrderShop({ ...common, name: 'this' }, clients));
    if (against !== undefined) shops.push(await startOrderShop({ ...common, name: 'other', folder: against }, clients));
    const durability = await durabilityOf(shops[0] as BenchShop);
    progress.say(`${machine()}; ${durability}`);

    const series: Series[] = [];
    for (const scenario of options.scenarios)
      for (const shop of shops) series.push(await begin(shop, scenario, { ...options, signal }));
    // Rounds take turns, so that whatever else this machine does concerns all of them alike.
    for (let round = 1; round <= ROUNDS; round++) {
      for (const each of series) await measureRound(each, { round, ...options, signal });
    }
    for (const { admin } of shops) await mustBeConsistent(admin);
    progress.say('✓ every order is COMPLETED; stock, points, coupons and events agree with them; nothing is held');
    return report(series.map(resultOf), { durability, ...options });
  } finally {
    for (const shop of shops) await shop.close();
  }
});

function readOptions() {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '10' },
      clients: { type: 'string', default: '16' },
      scenarios: { type: 'string', default: scenarios.map(({ name }) => name).join(',') },
      json: { type: 'string', default: join(localDir, 'bench/orders.json') },
      against: { type: 'string' },
      profile: { type: 'string' },
    },
  });
  const wanted = values.scenarios.split(',').map((name) => {
    const scenario = scenarios.find((each) => each.name === name);
    if (scenario === undefined)
      throw new Error(`There is no scenario ${name}: ${scenarios.map((each) => each.name).join(', ')}.`);
    return scenario;
  });
  return { ...values, seconds: positive(values.seconds), clients: positive(values.clients), scenarios: wanted };
}

async function startOrderShop(options: BenchShopOptions, clients: number): Promise<OrderShop> {
  const shop = await startBenchShop(options);
  try {
    const buyers = await progress.step(`products and ${clients} buyers (${shop.name})`, () =>
      createBuyers(createWorld(shop.shop.gatewayUrl), clients),
    );
    return { ...shop, buyers };
  } catch (error) {
    await shop.close();
    throw error;
  }
}

function positive(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new Error(`${text} is not a number from 1 to 9999.`);
  return Number(text);
}

/** Warms up, then counts what single orders cost while nothing else happens. */
async function begin(
  shop: OrderShop,
  scenario: Scenario,
  { clients, signal }: { clients: number; signal: AbortSignal },
): Promise<Series> {
  return progress.step(`${scenario.name} (${shop.name}): warm-up and cost of one order`, async () => {
    const { buyers } = shop;
    if (scenario.withCoupon) await buyers.takeCoupons(COUPONS_TO_BEGIN_WITH);
    const place = (client: number) => buyers.place(scenario, client);
    await generateLoad(place, { clients, seconds: WARM_UP_SECONDS, signal });
    if (scenario.withCoupon) await buyers.takeCoupons(COUPONS_TO_BEGIN_WITH);
    const cost = await measureOrderCost(shop.shop.run, () => place(0));
    return { shop, scenario, cost, seconds: 0, latenciesMs: [], cpu: {} };
  });
}

async function measureRound(
  series: Series,
  { round, seconds, clients, signal }: { round: number; seconds: number; clients: number; signal: AbortSignal },
): Promise<void> {
  const { shop, scenario } = series;
  if (scenario.withCoupon) await shop.buyers.takeCoupons(Math.ceil((seconds / ROUNDS) * ORDERS_PER_SECOND_AT_MOST));
  await everythingDelivered(shop.admin);
  const before = readCpu(shop.shop.run);
  const place = (client: number) => shop.buyers.place(scenario, client);
  const load = await generateLoad(place, { clients, seconds: seconds / ROUNDS, signal });
  // An order has cost what it costs once its events have arrived.
  await everythingDelivered(shop.admin);
  series.cpu = addCpu(series.cpu, cpuSince(before, readCpu(shop.shop.run)));
  series.seconds += load.seconds;
  series.latenciesMs.push(...load.latenciesMs);
  const rate = (load.latenciesMs.length / load.seconds).toFixed(1);
  progress.say(`round ${round}/${ROUNDS}  ${scenario.name} (${shop.name}): ${rate} orders/s`);
}

function resultOf({ shop, scenario, cost, seconds, latenciesMs, cpu }: Series): Result {
  const orders = latenciesMs.length;
  return {
    shop: shop.name,
    scenario: scenario.name,
    orders,
    ordersPerSecond: orders / seconds,
    p50Ms: percentile(latenciesMs, 50),
    p99Ms: percentile(latenciesMs, 99),
    cpuSecondsPer1000Orders: Object.fromEntries(
      Object.entries(cpu).map(([name, used]) => [name, (used / orders) * 1_000]),
    ),
    cost,
  };
}

/** Prints and keeps the numbers; answers 1 when the budget of an order is exceeded. */
function report(
  results: Result[],
  { json, durability, clients }: { json: string; durability: string; clients: number },
): number {
  process.stdout.write(`\n${tables(results)}\n\n`);
  mkdirSync(dirname(json), { recursive: true });
  const measured = { at: new Date().toISOString(), machine: machine(), durability, clients, budget: BUDGET, results };
  writeFileSync(json, `${JSON.stringify(measured, null, 2)}\n`);
  progress.say(`numbers: ${json}`);
  const problems = results
    .filter(({ shop, scenario }) => shop === 'this' && scenario === budgeted)
    .flatMap(({ cost }) => overBudget(cost));
  for (const problem of problems) progress.say(`✗ ${problem}`);
  return problems.length > 0 ? 1 : 0;
}
