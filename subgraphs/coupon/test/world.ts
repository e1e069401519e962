import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { newId, type Role } from '@shop/kernel';
import { type Bus, connectBus } from '@shop/messaging';
import { connectRedis, type RedisConnection } from '@shop/redis';
import { createLogger, loadConfig } from '@shop/service-kit';
import { eventually, type GraphqlClient, graphqlClient, startTestServers, testTokens } from '@shop/testkit';
import { startCoupon } from '../src/app.ts';
import { configSchema } from '../src/config.ts';
import { openCouponDatabase } from '../src/db/open-coupon-database.ts';

/** On a busy machine a test holds a row, or MySQL up, for longer than the shop's own processes wait. */
export const patience = { lockWaitSeconds: 60, idleSeconds: 60, answerSeconds: 60 };

export interface Shopper {
  id: string;
  client: GraphqlClient;
  /** The same person at another process. */
  at(url: string): Shopper;
}

export interface IssueAnswer {
  coupon: { id: string; code: string; status: string; issuedAt: string; expiresAt: string } | null;
  couponEvent: { id: string; issuedCount: number; remainingCount: number; soldOut: boolean } | null;
  userErrors: { code: string; message: string; path: string[] }[];
}

export interface EventAnswer {
  id: string;
  title: string;
  status: string;
  version: number;
  totalCount: number;
  issuedCount: number;
  remainingCount: number;
  soldOut: boolean;
  soldOutAt: string | null;
}

const EVENT = 'id title status version totalCount issuedCount remainingCount soldOut soldOutAt';
const ISSUE = `mutation ($input: IssueCouponInput!) { issueCoupon(input: $input) {
  coupon { id code status issuedAt expiresAt }
  couponEvent { id issuedCount remainingCount soldOut }
  userErrors { code message path } } }`;
const CREATE = `mutation ($input: CreateCouponEventInput!) { createCouponEvent(input: $input) {
  couponEvent { ${EVENT} } userErrors { code message path } } }`;
const UPDATE = `mutation ($input: UpdateCouponEventInput!) { updateCouponEvent(input: $input) {
  couponEvent { ${EVENT} } userErrors { code message path } } }`;

const HOUR_MS = 3_600_000;

export interface WorldOptions {
  env?: Record<string, string>;
  /** A MySQL that the test may stop. */
  ownMysql?: boolean;
  /** Six nodes in place of one Redis. */
  redisCluster?: boolean;
}

export type World = Awaited<ReturnType<typeof startWorld>>;

/** The coupon service on servers of its own, and the people who use it. */
export async function startWorld({ env = {}, ownMysql = false, redisCluster = false }: WorldOptions = {}) {
  const servers = await startTestServers({
    ...{ redis: !redisCluster, redisCluster, ownMysql },
    ...{ nats: true, database: 'coupon' },
  });
  const redisUrl = redisCluster ? servers.redisCluster.url : servers.redis.url;
  const tokens = await testTokens();
  const statements: string[] = [];
  const processEnv = {
    PORT: '0',
    LOG_LEVEL: 'silent',
    DATABASE_URL: servers.databaseUrl,
    DATABASE_MIGRATE: 'true',
    REDIS_URL: redisUrl,
    NATS_URL: servers.nats.url,
    JWKS_URL: tokens.jwksUrl,
    HOLD_SWEEP_MS: '50',
    EXPIRY_SWEEP_MS: '3600000',
    ...env,
  };
  const start = (more: Record<string, string> = {}) =>
    startCoupon(loadConfig(configSchema, { ...processEnv, ...more }), { onStatement: (sql) => statements.push(sql) });

  const service = await start();
  const log = createLogger('test', { level: 'silent' });
  const settings = { DATABASE_URL: servers.databaseUrl, DATABASE_MIGRATE: false, DATABASE_POOL_SIZE: 5 };
  const database = await openCouponDatabase({ settings, log, patience });
  const bus: Bus = await connectBus({ url: servers.nats.url, name: 'test', log });
  const clientOf = (token?: string, url = service.url) =>
    graphqlClient(`${url}/graphql`, token === undefined ? {} : { token });

  async function aShopper({ role = 'USER' as Role, url = service.url } = {}): Promise<Shopper> {
    const id = newId();
    const token = await tokens.mint({ userId: id, role });
    const at = (url: string): Shopper => ({ id, client: clientOf(token, url), at });
    return at(url);
  }
  const admin = await aShopper({ role: 'ADMIN' });

  async function rows<Row>(sql: string, values: unknown[] = []): Promise<Row[]> {
    return database.fork().execute<Row[]>(sql, values);
  }

  return {
    servers,
    redisUrl,
    database,
    bus,
    admin,
    anonymous: clientOf(),
    aShopper,
    rows,
    /** Another process of the same service, with settings of its own where it is given any. */
    startAnother: start,
    shoppers: (count: number, options: { url?: string } = {}) =>
      Promise.all(Array.from({ length: count }, () => aShopper(options))),

    /** What createCouponEvent takes: running since an hour ago, a hundred coupons, one per user. */
    eventInput: (more: Record<string, unknown> = {}): Record<string, unknown> => ({
      title: 'Welcome',
      codePrefix: 'WELCOME',
      totalCount: 100,
      startsAt: new Date(Date.now() - HOUR_MS).toISOString(),
      endsAt: new Date(Date.now() + HOUR_MS).toISOString(),
      discountType: 'PERCENTAGE',
      discountValue: 10,
      ...more,
    }),

    async create(input: Record<string, unknown>, shopper = admin) {
      return shopper.client.query<{
        createCouponEvent: { couponEvent: EventAnswer | null; userErrors: { code: string; path: string[] }[] };
      }>(CREATE, { input });
    },

    async aCouponEvent(more: Record<string, unknown> = {}): Promise<EventAnswer> {
      const answer = await this.create(this.eventInput(more));
      const event = answer.data?.createCouponEvent.couponEvent;
      if (!event) throw new Error(`No event: ${JSON.stringify(answer)}`);
      return event;
    },

    async update(input: Record<string, unknown>, shopper = admin) {
      return shopper.client.query<{
        updateCouponEvent: { couponEvent: EventAnswer | null; userErrors: { code: string; path: string[] }[] };
      }>(UPDATE, { input });
    },

    event: async (id: string): Promise<EventAnswer | null> =>
      (
        await clientOf().query<{ couponEvent: EventAnswer | null }>(
          `query ($id: ID!) { couponEvent(id: $id) { ${EVENT} } }`,
          { id },
        )
      ).data?.couponEvent ?? null,

    /** The whole answer, errors included. */
    ask: (
      { client }: Pick<Shopper, 'client'>,
      eventId: string,
      requestId: string | null = randomUUID(),
      headers: Record<string, string> = {},
    ) => client.query<{ issueCoupon: IssueAnswer }>(ISSUE, { input: { couponEventId: eventId, requestId } }, headers),

    /** The payload of a request that must not fail. */
    async issue(shopper: Shopper, eventId: string, requestId: string = randomUUID()): Promise<IssueAnswer> {
      const answer = await this.ask(shopper, eventId, requestId);
      if (!answer.data) throw new Error(JSON.stringify(answer.errors));
      return answer.data.issueCoupon;
    },

    async aCoupon(shopper: Shopper, more: Record<string, unknown> = {}): Promise<string> {
      const { id } = await this.aCouponEvent(more);
      const { coupon, userErrors } = await this.issue(shopper, id);
      if (!coupon) throw new Error(JSON.stringify(userErrors));
      return coupon.id;
    },

    coupons: (eventId: string) =>
      rows<{ id: string; user_id: string; slot: number; code: string; sequence: number | null; status: string }>(
        'SELECT * FROM coupons WHERE event_id = ? ORDER BY sequence',
        [eventId],
      ),

    /** What the stream COUPON has on this subject, oldest first. */
    async published(
      subject: string,
    ): Promise<{ type: string; aggregateversion?: number; data: Record<string, unknown> }[]> {
      const info = await bus.admin.streams.info('COUPON', { subjects_filter: subject });
      if (Object.keys(info.state.subjects ?? {}).length === 0) return [];
      const consumer = await bus.stream.consumers.get('COUPON', { filter_subjects: [subject] });
      const total = Object.values(info.state.subjects ?? {}).reduce((sum, n) => sum + n, 0);
      const found: { type: string; data: Record<string, unknown> }[] = [];
      for await (const message of await consumer.fetch({ max_messages: total, expires: 2_000 }))
        found.push(message.json());
      return found;
    },

    /** Starts Redis again and waits until the service has noticed. */
    async redisIsBack() {
      await servers.redis.start();
      await this.untilRedisIsNoticed();
    },

    /** Waits until a process, the service's first unless told, knows that Redis is back. */
    untilRedisIsNoticed: (url = service.url) =>
      eventually(
        async () => {
          const { degraded } = (await (await fetch(`${url}/readyz`)).json()) as { degraded: Record<string, string> };
          if (degraded.redis !== undefined) throw new Error(degraded.redis);
        },
        { timeoutMs: 20_000 },
      ),

    async redis<T>(work: (redis: RedisConnection) => Promise<T>): Promise<T> {
      const redis = await connectRedis({ url: redisUrl, log });
      try {
        return await work(redis);
      } finally {
        await redis.close();
      }
    },

    /** How many SQL statements the service sends while `work` runs; its background jobs are not counted. */
    async countStatements(work: () => Promise<unknown>): Promise<number> {
      statements.length = 0;
      await work();
      const ofOthers = /coupon_holds|outbox|INTERVAL 1 MINUTE|SELECT UTC_TIMESTAMP\(3\) AS now(?!\))/;
      return statements.filter((sql) => !ofOthers.test(sql)).length;
    },

    async close() {
      await service.close();
      await bus.close();
      await database.close();
      await tokens.close();
      await servers.close();
    },
  };
}
