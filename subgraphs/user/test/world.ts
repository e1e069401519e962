import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { newId, type Role } from '@shop/kernel';
import { createLogger, loadConfig } from '@shop/service-kit';
import type { Patience } from '@shop/subgraph-kit';
import { type GraphqlClient, graphqlClient, startTestServers, testTokens } from '@shop/testkit';
import { startUser } from '../src/app.ts';
import { configSchema } from '../src/config.ts';
import { openUserDatabase } from '../src/db/open-user-database.ts';

export const SECRET = 'a secret for the signing keys of the tests';

export interface WorldOptions {
  /** The service trusts its own keys, and users really sign in; otherwise tokens are minted. */
  ownKeys?: boolean;
  /** A MySQL that the test may stop. */
  ownMysql?: boolean;
  /** Gives the service a replica to read from. */
  replica?: boolean;
  /** How long the service's requests wait for MySQL. */
  patience?: Partial<Patience>;
  env?: Record<string, string>;
}

export interface Shopper {
  id: string;
  token: string;
  client: GraphqlClient;
}

export type World = Awaited<ReturnType<typeof startWorld>>;

// The sweep for late holds and old tombstones, the relay, and the check whether another key signs by now.
const BACKGROUND = /(expires_at <=|settled_at <) UTC_TIMESTAMP|outbox|signing_keys/;
const TRANSACTION = /^\[query\] (begin|commit)/;
const MOVES_POINTS = /point_|idempotency_keys|^\[query\] commit/;

/** The user service on servers of its own, and the people who use it. */
export async function startWorld(options: WorldOptions = {}) {
  const { ownKeys = false, ownMysql = false, replica = false, patience = {}, env = {} } = options;
  const servers = await startTestServers({ redis: true, nats: true, database: 'user', ownMysql, replica });
  const tokens = await testTokens();
  const statements: string[] = [];
  let untilCrash = Number.POSITIVE_INFINITY;
  function onStatement(sql: string): void {
    statements.push(sql);
    if (!MOVES_POINTS.test(sql)) return;
    untilCrash -= 1;
    if (untilCrash === 0) throw new Error('The process dies here.');
  }
  const processEnv = {
    PORT: '0',
    LOG_LEVEL: 'silent',
    DATABASE_URL: servers.databaseUrl,
    DATABASE_MIGRATE: 'true',
    REDIS_URL: servers.redis.url,
    NATS_URL: servers.nats.url,
    SIGNING_KEY_SECRET: SECRET,
    HOLD_SWEEP_MS: '50',
    SIGN_IN_PER_MINUTE: '6000',
    SIGN_IN_BURST: '100',
    ...(ownKeys ? {} : { JWKS_URL: tokens.jwksUrl }),
    ...(replica && { DATABASE_REPLICA_URLS: servers.replica.url }),
    ...env,
  };
  const start = (more: Record<string, string> = {}) =>
    startUser(loadConfig(configSchema, { ...processEnv, ...more }), { onStatement, patience });

  const service = await start();
  const log = createLogger('test', { level: 'silent' });
  const database = await openUserDatabase({
    settings: { DATABASE_URL: servers.databaseUrl, DATABASE_MIGRATE: false, DATABASE_POOL_SIZE: 5 },
    log,
  });
  const clientOf = (token?: string, url = service.url) =>
    graphqlClient(`${url}/graphql`, token === undefined ? {} : { token });

  return {
    servers,
    database,
    env: processEnv,
    url: service.url,
    anonymous: clientOf(),
    clientOf,
    mint: tokens.mint,
    /** Another process of the same service. */
    startAnother: start,
    uniqueEmail: () => `shopper-${randomUUID()}@shop.test`,

    /** Somebody with an account and, when told, points charged before the test begins. */
    async aShopper({ points = 0, role = 'USER' as Role } = {}): Promise<Shopper> {
      const id = newId();
      const em = database.fork();
      await em.execute('INSERT INTO users VALUES (?, ?, ?, ?, ?, UTC_TIMESTAMP(3))', [
        id,
        `${id}@shop.test`,
        'A Shopper',
        role,
        'never signs in',
      ]);
      await em.execute('INSERT INTO point_accounts (user_id, balance, entry_count) VALUES (?, ?, ?)', [
        id,
        points,
        points > 0 ? 1 : 0,
      ]);
      if (points > 0) {
        await em.execute(
          `INSERT INTO point_transfers
             (id, kind, state, debit_account, credit_account, amount, created_at, settled_at, sequence, balance_after)
           VALUES (?, 'CHARGE', 'POSTED', 'charges', ?, ?, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), 1, ?)`,
          [newId(), id, points, points],
        );
      }
      const token = await tokens.mint({ userId: id, role });
      return { id, token, client: clientOf(token) };
    },

    /** The account as it is stored, with what its posted transfers add up to. */
    async account(userId: string) {
      type Account = { balance: number; pending: number; ledger: string; entries: number };
      const [row] = await database.fork().execute<Account[]>(
        `SELECT a.balance, a.pending, COUNT(t.id) AS entries,
                COALESCE(SUM(IF(t.debit_account = a.user_id, -t.amount, t.amount)), 0) AS ledger
           FROM point_accounts a LEFT JOIN point_transfers t ON t.user_id = a.user_id AND t.state = 'POSTED'
          WHERE a.user_id = ? GROUP BY a.user_id`,
        [userId],
      );
      if (row === undefined) throw new Error('There is no such account.');
      return { ...row, ledger: Number(row.ledger) };
    },

    /**
     * How many SQL statements the service sends while `work` runs; what begins and ends a transaction is not counted, nor
     * are its background jobs.
     */
    async countStatements(work: () => Promise<unknown>): Promise<number> {
      statements.length = 0;
      await work();
      return statements.filter((sql) => !BACKGROUND.test(sql) && !TRANSACTION.test(sql)).length;
    },

    /** Whoever has sent the n-th statement about points from now, a commit included, never comes to the next one. */
    crashAfter(statementsOfPoints: number): void {
      untilCrash = statementsOfPoints;
    },
    hasCrashed: () => untilCrash <= 0,

    async close() {
      await service.close();
      await database.close();
      await tokens.close();
      await servers.close();
    },
  };
}
