import type { RunFile } from '@shop/local';
import type { AdminSql } from '../admin-sql.ts';
import { addCpu, type CpuSeconds, cpuSince, readCpu } from '../cpu.ts';
import { generateLoad, generateSteadyLoad, type Load } from '../load.ts';
import { everythingTold, mustHaveIssued } from './books.ts';
import { type Caller, openCaller } from './caller.ts';
import { askingFor, type Door, openEvent, outcomeOf } from './door.ts';
import type { Person } from './people.ts';

/** What one kind of request came to at one door, over all rounds. */
export interface Arm {
  /** `issue`, `sold out`, `cheapest`, and whether at saturation or at a steady rate. */
  what: string;
  door: Door['name'] | 'server';
  requests: number;
  seconds: number;
  latenciesMs: number[];
  cpu: CpuSeconds;
}

/** Where arms are measured. */
export interface Ground {
  run: RunFile;
  admin: AdminSql;
  adminToken: string;
  databases: readonly string[];
  clients: number;
  signal: AbortSignal;
}

/** At saturation each client asks again when it is answered; else all together ask so often per second. */
export interface Pace {
  seconds: number;
  perSecond?: number;
}

/** Keeps what rounds come to, in the order in which arms were first measured. */
export function createArms(): { add(more: Arm): void; all(): Arm[] } {
  const arms = new Map<string, Arm>();
  return {
    add(more) {
      const key = `${more.what} ${more.door}`;
      const known = arms.get(key);
      if (known === undefined) return void arms.set(key, more);
      known.requests += more.requests;
      known.seconds += more.seconds;
      known.latenciesMs = known.latenciesMs.concat(more.latenciesMs);
      known.cpu = addCpu(known.cpu, more.cpu);
    },
    all: () => [...arms.values()],
  };
}

/** Opens an event and has each of the people ask for a coupon once, until time is up; all of them get one. */
export async function measureIssue(
  what: string,
  door: Door,
  { people, coupons = people.length, ...pace }: { people: readonly Person[]; coupons?: number } & Pace,
  ground: Ground,
): Promise<{ arm: Arm; eventId: string }> {
  const { admin, run, databases } = ground;
  const eventId = await openEvent(door, coupons, ground.adminToken);
  const requests = askingFor(eventId, people, door);
  const before = readCpu(run);
  const { load, outcomes } = await send(door, requests, pace, ground);
  // A coupon has cost what it costs once others know of it.
  await everythingTold(admin, databases);
  const cpu = cpuSince(before, readCpu(run));
  if (outcomes.ISSUED !== Math.min(coupons, load.latenciesMs.length))
    throw new Error(`${outcomes.ISSUED} of ${coupons} coupons were issued to ${load.latenciesMs.length} requests.`);
  await mustHaveIssued(admin, { database: door.database, eventId, coupons: outcomes.ISSUED });
  return { arm: armOf(what, door, load, cpu), eventId };
}

/** Has people ask for a coupon of an event that has none left, over and over. */
export async function measureSoldOut(
  what: string,
  door: Door,
  { eventId, people, ...pace }: { eventId: string; people: readonly Person[] } & Pace,
  ground: Ground,
): Promise<Arm> {
  const requests = askingFor(eventId, people, door);
  const before = readCpu(ground.run);
  const { load, outcomes } = await send(door, endless(requests), pace, ground);
  if (outcomes.ISSUED > 0) throw new Error('A coupon of a sold-out event was issued.');
  return armOf(what, door, load, cpuSince(before, readCpu(ground.run)));
}

/** Makes everybody known at a door: the first signature of each is verified before the clock starts. */
export async function introduce(people: readonly Person[], door: Door, ground: Ground): Promise<void> {
  await sendAll(door, people.map(door.cheapest), { seconds: Number.POSITIVE_INFINITY }, ground, mustName);
}

/** Has people ask the cheapest thing they can ask for at this door. */
export async function measureCheapest(
  door: Door,
  { people, ...pace }: { people: readonly Person[] } & Pace,
  ground: Ground,
): Promise<Arm> {
  const requests = endless(people.map(door.cheapest));
  const before = readCpu(ground.run);
  const load = await sendAll(door, requests, pace, ground, mustName);
  return armOf('cheapest', door, load, cpuSince(before, readCpu(ground.run)));
}

function mustName(answer: string): void {
  if (!answer.includes('"id":')) throw new Error(`The cheapest query was answered ${answer.slice(0, 500)}`);
}

function armOf(what: string, door: Door, load: Load, cpu: CpuSeconds): Arm {
  return { what, door: door.name, requests: load.latenciesMs.length, ...load, cpu };
}

async function send(door: Door, requests: Iterable<Buffer>, pace: Pace, ground: Ground) {
  const outcomes = { ISSUED: 0, SOLD_OUT: 0 };
  const load = await sendAll(door, requests, pace, ground, (answer) => {
    outcomes[outcomeOf(answer)]++;
  });
  return { load, outcomes };
}

/** Sends one request after the other through all clients, until there are no more or time is up. */
async function sendAll(
  { url }: Door,
  requests: Iterable<Buffer>,
  { perSecond, seconds }: Pace,
  { clients, signal }: Ground,
  check: (answer: string) => void,
): Promise<Load> {
  const callers = Array.from({ length: clients }, () => openCaller(url));
  const queue = requests[Symbol.iterator]();
  const work = async (client: number) => {
    const next = queue.next();
    if (next.done) return false;
    check(await (callers[client] as Caller).ask(next.value));
    return true;
  };
  try {
    // Clients have been there for a while: what it takes to connect two hundred at once is not what is measured.
    await Promise.all(callers.map(({ opened }) => opened));
    const options = { clients, seconds, signal };
    return await (perSecond === undefined
      ? generateLoad(work, options)
      : generateSteadyLoad(work, { ...options, perSecond }));
  } finally {
    for (const caller of callers) caller.close();
  }
}

function* endless(requests: readonly Buffer[]): Generator<Buffer> {
  for (;;) yield* requests;
}
