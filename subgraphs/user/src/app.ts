import { OrderOutcome } from '@shop/contracts';
import { systemClock } from '@shop/kernel';
import { type Bus, connectBus, sendCommand, serveCommands, startRelay, wakeAfterCommit } from '@shop/messaging';
import { connectRedis, createTokenBucket, type RedisConnection } from '@shop/redis';
import {
  type Closer,
  createCloser,
  createHttpServer,
  createLogger,
  createMetrics,
  createReadiness,
  type Logger,
  type Metrics,
  startTracing,
} from '@shop/service-kit';
import { createVerifier, type Database, mountSubgraph } from '@shop/subgraph-kit';
import { createAccessTokens } from './auth/access-tokens.ts';
import { mountJwks } from './auth/jwks-route.ts';
import { createPasswordHasher } from './auth/password-hasher.ts';
import { createSecretBox } from './auth/secret-box.ts';
import { createSessionCache } from './auth/session-cache.ts';
import { ensureSigningKeys } from './auth/signing-key-table.ts';
import { createSigningKeys } from './auth/signing-keys.ts';
import type { UserConfig } from './config.ts';
import { createContext, type UserServices } from './context.ts';
import { openUserDatabase } from './db/open.ts';
import { pointCommands } from './events/point-commands.ts';
import { userSchema } from './graphql/schema.ts';
import { startPeriodic } from './periodic.ts';
import { forgetWhatIsOver } from './use-cases/forget-what-is-over.ts';
import { settleLateHolds } from './use-cases/settle-late-holds.ts';

const HOUR_MS = 3_600_000;

export interface RunningService {
  url: string;
  close(): Promise<void>;
}

export interface StartOptions {
  /** Hears every SQL statement. */
  onStatement?: (sql: string) => void;
}

/** Starts the whole process; production and tests do it alike. What was opened is closed when a part cannot start. */
export async function startUser(config: UserConfig, options: StartOptions = {}): Promise<RunningService> {
  const closing = createCloser();
  try {
    return { url: await start(config, closing, options), close: closing.close };
  } catch (error) {
    await closing.close();
    throw error;
  }
}

async function start(config: UserConfig, closing: Closer, { onStatement }: StartOptions): Promise<string> {
  const log = createLogger('user', { level: config.LOG_LEVEL });
  const metrics = createMetrics('user');
  const readiness = createReadiness();
  let started = false;
  readiness.add('start', () => (started ? null : 'is starting'));
  closing.add(startTracing());

  // The probes answer while the servers are still being waited for.
  const http = createHttpServer({ host: config.HOST, port: config.PORT, log, metrics, readiness });
  const endpoint = mountSubgraph(http);
  const jwks = mountJwks(http);
  const url = await http.listen();
  closing.add(http);

  const database = closing.add(
    await openUserDatabase({
      url: config.DATABASE_URL,
      migrate: config.DATABASE_MIGRATE,
      poolSize: config.DATABASE_POOL_SIZE,
      log,
      ...(onStatement && { onStatement }),
    }),
  );
  readiness.add('mysql', database.ready);
  const redis = closing.add(await connectRedis({ url: config.REDIS_URL, log }));
  readiness.add('redis', () => redis.ready(), { required: false });
  const bus = closing.add(await connectBus({ url: config.NATS_URL, name: 'user', log }));
  readiness.add('nats', bus.ready, { required: false });
  startMessaging(closing, { config, bus, database, log, metrics });

  const box = createSecretBox(config.SIGNING_KEY_SECRET);
  await ensureSigningKeys(database.fork(), box);
  const keys = createSigningKeys(database.fork, box);
  // A wrong secret is found out now, not at the first sign-in.
  await keys.current();
  jwks.serve(keys);

  const services: UserServices = {
    fork: database.fork,
    clock: systemClock,
    log,
    passwords: createPasswordHasher(),
    accessTokens: createAccessTokens(keys, config.JWT_ISSUER),
    sessionCache: createSessionCache(redis, config.REFRESH_TOKEN_DAYS),
    signInLimit: signInLimit(config, redis, metrics),
    refreshTokenDays: config.REFRESH_TOKEN_DAYS,
  };
  const verifier = createVerifier({
    jwksUrl: config.JWKS_URL ?? `${url}/.well-known/jwks.json`,
    issuer: config.JWT_ISSUER,
    leewaySeconds: config.JWT_LEEWAY_SECONDS,
  });
  const { schema } = await userSchema();
  closing.add(await endpoint.serve({ schema, verifier, context: (request) => createContext(services, request), log }));
  // Added once more, so closed first: requests finish while everything they need is still open.
  closing.add(http);
  started = true;
  return url;
}

function startMessaging(
  closing: Closer,
  {
    config,
    bus,
    database,
    log,
    metrics,
  }: { config: UserConfig; bus: Bus; database: Database; log: Logger; metrics: Metrics },
): void {
  const { fork, orm } = database;
  // The shop has no event of this domain yet; the relay is here so that recording one is all it takes.
  const relay = closing.add(startRelay({ databaseUrl: config.DATABASE_URL, bus, log, metrics }));
  wakeAfterCommit(orm.em, relay);
  closing.add(serveCommands(bus, { queue: 'user', handlers: pointCommands(fork), log, metrics }));
  const askOutcome = async (orderId: string) => (await sendCommand(bus, OrderOutcome, { orderId })).outcome;
  closing.add(
    startPeriodic({
      name: 'settleLateHolds',
      everyMs: config.HOLD_SWEEP_MS,
      work: () => settleLateHolds(fork, askOutcome),
      log,
    }),
  );
  closing.add(startPeriodic({ name: 'forgetWhatIsOver', everyMs: HOUR_MS, work: () => forgetWhatIsOver(fork), log }));
}

function signInLimit(config: UserConfig, redis: RedisConnection, metrics: Metrics) {
  return createTokenBucket({
    name: 'signIn',
    redis,
    perSecond: config.SIGN_IN_PER_MINUTE / 60,
    burst: config.SIGN_IN_BURST,
    metrics,
  });
}
