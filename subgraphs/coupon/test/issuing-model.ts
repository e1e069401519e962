import { expect } from '@jest/globals';
import { newId } from '@shop/kernel';
import { connectRedis } from '@shop/redis';
import { createLogger, createMetrics } from '@shop/service-kit';
import { wireTo } from '@shop/testkit';
import { createGrants } from '../src/issuing/grants.ts';
import type { IssueTerms } from '../src/issuing/issue-terms.ts';
import { createRebuild } from '../src/issuing/rebuild.ts';
import { createReconcile } from '../src/issuing/reconcile.ts';
import { COMPLETE, keysOf } from '../src/issuing/redis-keys.ts';
import { createTermsCache } from '../src/issuing/terms-cache.ts';
import { anIssuer } from './an-issuer.ts';
import type { World } from './world.ts';

/** A flag of a process says SOLD_OUT for so long after it has become untrue without a word. */
const FLAG_MS = 1_000;

export type Status = 'ACTIVE' | 'HELD' | 'USED';

/** What coupons of one event should be like. */
export interface Model {
  total: number;
  readonly perUser: number;
  ended: boolean;
  /** By `user:request`. */
  readonly coupons: Map<string, string>;
  /** Grants that nobody takes to the table, by coupon: while they are not brought back, Redis may refuse for them. */
  readonly lost: Map<string, string>;
  /** Requests whose coupons Redis has not been told of: until it is, only MySQL could replay them. */
  readonly unseen: Set<string>;
  /** Processes that cannot reach Redis. */
  readonly away: Set<number>;
  /** Of coupons that are not simply ACTIVE, with the order they are in. */
  readonly used: Map<string, { status: Status; orderId: string }>;
  isSoldOut: boolean;
  sellOuts: number;
  /** One generation alone has given places in the order of service. */
  isOneGeneration: boolean;
  /** Lost grants that went back to stock; null when the keys have been made anew, and no longer count all grants. */
  broughtBack: number | null;
  flagsLagUntil: number;
}

export function aModel(total: number, perUser: number): Model {
  return {
    ...{ total, perUser, ended: false, isSoldOut: false, sellOuts: 0, flagsLagUntil: 0 },
    ...{ isOneGeneration: true, broughtBack: 0 },
    ...{ coupons: new Map(), lost: new Map(), unseen: new Set(), away: new Set(), used: new Map() },
  };
}

/** The keys have been made anew, or are about to be. */
export function isRebuilt(model: Model): void {
  model.broughtBack = null;
  isRecounted(model);
}

/** Redis counts like the table again. */
export function isRecounted(model: Model): void {
  model.lost.clear();
  model.unseen.clear();
  model.flagsLagUntil = performance.now() + FLAG_MS;
}

export function heldBy(model: Model, user: string): number {
  const issued = [...model.coupons.keys()].filter((key) => key.startsWith(`${user}:`)).length;
  return issued + [...model.lost.values()].filter((each) => each === user).length;
}

export type Processes = Awaited<ReturnType<typeof startProcesses>>;

/** Two processes, each with a wire of its own to Redis, and what a third one would do by hand. */
export async function startProcesses(world: World) {
  const log = createLogger('test', { level: 'silent' });
  const wires = await Promise.all([wireTo(world.redisUrl), wireTo(world.redisUrl)]);
  const issuers = await Promise.all(wires.map(({ url }) => anIssuer(world, { redisUrl: url })));
  const { database } = world;
  const redis = await connectRedis({ url: world.redisUrl, log });
  const grants = createGrants({ redis, log });
  const metrics = createMetrics('coupon');
  const terms = createTermsCache({ redis, database, log, metrics });
  const rebuild = createRebuild({ redis, database, terms, log });
  // Nothing is under way when it runs, so every open grant is late.
  const reconcile = createReconcile({ database, redis, grants, rebuild, log, metrics, lateAfterSeconds: 0 });
  return {
    ...{ wires, issuers, redis, grants, rebuild, reconcile },
    currentTerms: async (eventId: string): Promise<IssueTerms> => {
      const found = await terms.reload(eventId);
      if (found === null) throw new Error('The event is gone.');
      return found;
    },
    async close() {
      await Promise.all([redis.close(), ...issuers.map((each) => each.close())]);
      await Promise.all(wires.map((wire) => wire.close()));
    },
  };
}

/** The system under test: an event of its own in each run. */
export interface Real {
  world: World;
  processes: Processes;
  eventId: string;
  users: string[];
}

export async function aReal(world: World, processes: Processes, { total, perUser }: Model): Promise<Real> {
  const { id } = await world.aCouponEvent({ totalCount: total, maxPerUser: perUser });
  return { world, processes, eventId: id, users: Array.from({ length: 4 }, () => newId()) };
}

interface Row {
  id: string;
  user_id: string;
  request_id: string;
  sequence: number | null;
  status: Status;
}

/** What has to be true after every command. */
export async function expectSound(model: Model, { world, processes, eventId }: Real): Promise<void> {
  const rows = await world.rows<Row>('SELECT * FROM coupons WHERE event_id = ?', [eventId]);
  const [event] = await world.rows<{ issued_count: number; total_count: number }>(
    'SELECT issued_count, total_count FROM coupon_events WHERE id = ?',
    [eventId],
  );
  expect(event).toMatchObject({ issued_count: rows.length, total_count: model.total });
  expect(rows.length).toBeLessThanOrEqual(model.total);
  expect(new Map(rows.map((row) => [`${row.user_id}:${row.request_id}`, row.id]))).toEqual(model.coupons);
  for (const { user_id } of rows) {
    expect(rows.filter((row) => row.user_id === user_id).length).toBeLessThanOrEqual(model.perUser);
  }
  for (const { id, status } of rows) expect(status).toBe(model.used.get(id)?.status ?? 'ACTIVE');
  if (model.isOneGeneration) expect(new Set(rows.map(({ sequence }) => sequence)).size).toBe(rows.length);

  for (const { id } of rows) model.lost.delete(id);
  // Redis sheds what the table would refuse: it grants nothing beyond stock and limit.
  const { users, sequence } = keysOf(eventId);
  const { [COMPLETE]: _, ...counts } = await processes.redis.hgetall(users);
  for (const count of Object.values(counts)) expect(Number(count)).toBeLessThanOrEqual(model.perUser);
  if (model.broughtBack !== null) {
    const granted = model.coupons.size + model.lost.size + model.broughtBack;
    expect(Number(await processes.redis.get(sequence))).toBe(granted);
  }
  if (rows.length === model.total && !model.isSoldOut) {
    model.isSoldOut = true;
    model.sellOuts++;
  }
}
