import { COUPON, OrderOutcome } from '@shop/contracts';
import { openLateBus, sendCommand, serveCommands, startRelay, wakeAfterCommit } from '@shop/messaging';
import { connectRedis } from '@shop/redis';
import { type RunningProcess, startPeriodic, startProcess } from '@shop/service-kit';
import { createVerifier, mountSubgraph, type SubgraphRequest } from '@shop/subgraph-kit';
import type { CouponConfig } from './config.ts';
import { type CouponContext, createContext } from './context.ts';
import { openCouponDatabase } from './db/open-coupon-database.ts';
import { couponCommands } from './events/coupon-commands.ts';
import { onSellOut } from './events/on-sell-out.ts';
import { couponSchema } from './graphql/schema.ts';
import { createDatabaseClock } from './issuing/database-clock.ts';
import { createIssuer } from './issuing/issuer.ts';
import { expireCoupons } from './use-cases/expire-coupons.ts';
import { forgetOldTombstones } from './use-cases/forget-old-tombstones.ts';
import { settleLateHolds } from './use-cases/settle-late-holds.ts';

/** What this process is made of, top to bottom. `onStatement` hears every SQL statement, for tests that count them. */
export function startCoupon(
  config: CouponConfig,
  { onStatement }: { onStatement?: (sql: string) => void } = {},
): Promise<RunningProcess> {
  return startProcess('coupon', config, async ({ http, closing, readiness, metrics, log }) => {
    const endpoint = mountSubgraph(http);
    const url = await http.listen();

    const database = closing.add(await openCouponDatabase({ settings: config, log, onStatement }));
    readiness.add('mysql', database.ready);
    const clock = closing.add(await createDatabaseClock(database, log));
    const redis = closing.add(await connectRedis({ url: config.REDIS_URL, log }));
    readiness.add('redis', () => redis.ready(), { required: false });
    // Coupons are issued without NATS too; their events wait in the outbox.
    const bus = closing.add(await openLateBus({ url: config.NATS_URL, name: 'coupon', streams: [COUPON], log }));
    readiness.add('nats', bus.ready, { required: false });
    closing.add(
      bus.begin((there) => {
        const relay = startRelay({ databaseUrl: config.DATABASE_URL, bus: there, log, metrics });
        wakeAfterCommit(database.orm.em, relay);
        return relay;
      }),
    );

    const rate = { perSecond: config.ISSUE_RATE_PER_SECOND, burst: config.ISSUE_RATE_BURST };
    const rateByNetwork =
      config.ISSUE_IP_RATE_PER_SECOND === 0
        ? null
        : { perSecond: config.ISSUE_IP_RATE_PER_SECOND, burst: config.ISSUE_IP_RATE_BURST };
    const issuer = closing.add(createIssuer({ database, redis, clock, rate, rateByNetwork, log, metrics }));
    closing.add(bus.begin((there) => onSellOut(there, issuer)));
    const { reconcile } = issuer;
    closing.add(startPeriodic({ name: 'reconcileGrants', everyMs: config.GRANT_SWEEP_MS, work: reconcile, log }));
    const commands = { queue: 'coupon', handlers: couponCommands(database), log, metrics };
    closing.add(bus.begin((there) => serveCommands(there, commands)));
    const sweeping = { name: 'settleLateHolds', everyMs: config.HOLD_SWEEP_MS, log };
    closing.add(
      bus.begin((there) => {
        const outcomeOf = async (orderId: string) => (await sendCommand(there, OrderOutcome, { orderId })).outcome;
        const sweep = async () => {
          await settleLateHolds({ em: database.fork(), outcomeOf, log });
          await forgetOldTombstones({ em: database.fork() });
        };
        return startPeriodic({ ...sweeping, work: sweep });
      }),
    );
    let sweptTo = '';
    const expire = async () => {
      sweptTo = await expireCoupons({ em: database.fork() }, sweptTo);
    };
    closing.add(startPeriodic({ name: 'expireCoupons', everyMs: config.EXPIRY_SWEEP_MS, work: expire, log }));

    const verifier = createVerifier({
      jwksUrl: config.JWKS_URL,
      issuer: config.JWT_ISSUER,
      leewaySeconds: config.JWT_LEEWAY_SECONDS,
      log,
    });
    const { schema } = await couponSchema();
    const context = (request: SubgraphRequest) => createContext({ database, clock, issuer }, request);
    endpoint.serve<CouponContext>({ schema, verifier, context, trustedProxies: config.TRUSTED_PROXIES, log });
    return { url };
  });
}
