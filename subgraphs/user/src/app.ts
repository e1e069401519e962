import { OrderOutcome } from '@shop/contracts';
import { systemClock } from '@shop/kernel';
import { type Bus, openLateBus, sendCommand, serveCommands, startRelay, wakeAfterCommit } from '@shop/messaging';
import { connectRedis, createRecentWrites, createReplayCache, createTokenBucket } from '@shop/redis';
import {
  type Closable,
  createCloser,
  type ProcessParts,
  type RunningProcess,
  startPeriodic,
  startProcess,
} from '@shop/service-kit';
import {
  createVerifier,
  type Database,
  type DatabaseOptions,
  mountSubgraph,
  openReplicaReads,
  type SubgraphRequest,
} from '@shop/subgraph-kit';
import { createAccessTokens } from './auth/access-tokens.ts';
import { mountJwks } from './auth/jwks-route.ts';
import { createPasswordHasher } from './auth/password-hasher.ts';
import { createSecretBox } from './auth/secret-box.ts';
import { createSessionCache } from './auth/session-cache.ts';
import { ensureSigningKeys } from './auth/signing-key-table.ts';
import { createSigningKeys } from './auth/signing-keys.ts';
import type { UserConfig } from './config.ts';
import { createContext, type UserServices } from './context.ts';
import { openUserDatabase } from './db/open-user-database.ts';
import { pointCommands } from './events/point-commands.ts';
import { userSchema } from './graphql/schema.ts';
import { forgetOldTombstones } from './use-cases/forget-old-tombstones.ts';
import { forgetWhatIsOver } from './use-cases/forget-what-is-over.ts';
import { settleLateHolds } from './use-cases/settle-late-holds.ts';
import { startLedgerWatch } from './watch-ledger.ts';

const HOUR_MS = 3_600_000;

/** What this process is made of, top to bottom; tests give its database less patience and count the statements. */
export function startUser(
  config: UserConfig,
  { onStatement, patience = {} }: Pick<DatabaseOptions, 'onStatement' | 'patience'> = {},
): Promise<RunningProcess> {
  return startProcess('user', config, async (parts) => {
    const { http, closing, readiness, metrics, log } = parts;
    const endpoint = mountSubgraph(http);
    const jwks = mountJwks(http);
    const url = await http.listen();

    const database = closing.add(await openUserDatabase({ settings: config, log, patience, onStatement }));
    readiness.add('mysql', database.ready);
    const redis = closing.add(await connectRedis({ url: config.REDIS_URL, log }));
    readiness.add('redis', () => redis.ready(), { required: false });
    // Accounts and charges go on without NATS; orders, which do not, are refused by whoever cannot reach us.
    const bus = closing.add(await openLateBus({ url: config.NATS_URL, name: 'user', streams: [], log }));
    readiness.add('nats', bus.ready, { required: false });
    closing.add(bus.begin((there) => startMessaging(parts, { config, bus: there, database })));
    const forget = () => forgetWhatIsOver(database.fork);
    closing.add(startPeriodic({ name: 'forgetWhatIsOver', everyMs: HOUR_MS, work: forget, log }));
    closing.add(await startLedgerWatch({ settings: config, everyMs: config.LEDGER_CHECK_MS, metrics, log }));

    const box = createSecretBox(config.SIGNING_KEY_SECRET);
    await ensureSigningKeys(database.fork(), box);
    const keys = createSigningKeys(database.fork, box);
    // A wrong secret is found out now, not at the first sign-in.
    await keys.current();
    jwks.serve(keys);

    const recentWrites = createRecentWrites({ redis, keptSeconds: config.READ_YOUR_WRITES_SECONDS });
    const services: UserServices = {
      fork: database.fork,
      replicaReads: closing.add(await openReplicaReads({ settings: config, database, recentWrites, metrics, log })),
      clock: systemClock,
      log,
      passwords: createPasswordHasher(),
      accessTokens: createAccessTokens(keys, config.JWT_ISSUER),
      sessionCache: createSessionCache(redis, config.REFRESH_TOKEN_DAYS),
      signInLimit: createTokenBucket({
        name: 'signIn',
        redis,
        perSecond: config.SIGN_IN_PER_MINUTE / 60,
        burst: config.SIGN_IN_BURST,
        metrics,
      }),
      replays: createReplayCache({ redis, service: 'user' }),
      refreshTokenDays: config.REFRESH_TOKEN_DAYS,
    };
    const verifier = createVerifier({
      jwksUrl: config.JWKS_URL ?? `${url}/.well-known/jwks.json`,
      issuer: config.JWT_ISSUER,
      leewaySeconds: config.JWT_LEEWAY_SECONDS,
      log,
    });
    const { schema } = await userSchema();
    const context = (request: SubgraphRequest) => createContext(services, request);
    endpoint.serve({ schema, verifier, context, log, recentWrites });
    return { url };
  });
}

function startMessaging(
  { log, metrics }: ProcessParts,
  { config, bus, database }: { config: UserConfig; bus: Bus; database: Database },
): Closable {
  const closing = createCloser();
  const { fork, orm } = database;
  // The shop has no event of this domain yet; the relay is here so that recording one is all it takes.
  const relay = closing.add(startRelay({ databaseUrl: config.DATABASE_URL, bus, log, metrics }));
  wakeAfterCommit(orm.em, relay);
  closing.add(serveCommands(bus, { queue: 'user', handlers: pointCommands(database), log, metrics }));

  const outcomeOf = async (orderId: string) => (await sendCommand(bus, OrderOutcome, { orderId })).outcome;
  const sweep = async () => {
    await settleLateHolds({ em: fork(), outcomeOf, log });
    await forgetOldTombstones({ em: fork() });
  };
  closing.add(startPeriodic({ name: 'settleLateHolds', everyMs: config.HOLD_SWEEP_MS, work: sweep, log }));
  return closing;
}
