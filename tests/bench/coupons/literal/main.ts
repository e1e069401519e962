import { COUPON } from '@shop/contracts';
import { connectBus, ensureStreams } from '@shop/messaging';
import { connectRedis } from '@shop/redis';
import { loadConfig, runService, startProcess } from '@shop/service-kit';
import { createVerifier, mountSubgraph, type SubgraphRequest } from '@shop/subgraph-kit';
import type { Issuer } from '../../../../subgraphs/coupon/src/issuing/issuer.ts';
import { couponModule } from './built-coupon.ts';
import { createLiteralIssuer } from './literal-issuer.ts';

// The coupon subgraph as it is – the same schema, resolvers and context – but for who issues.
const { couponSchema } = await couponModule('graphql/schema');
const { createContext } = await couponModule('context');
const { openCouponDatabase } = await couponModule('db/open-coupon-database');
const { createDatabaseClock } = await couponModule('issuing/database-clock');
const { configSchema } = await couponModule('config');
const config = loadConfig(configSchema);

await runService('literal-coupon', () =>
  startProcess('literal-coupon', config, async ({ http, closing, readiness, log }) => {
    const endpoint = mountSubgraph(http);
    const url = await http.listen();
    const database = closing.add(await openCouponDatabase({ settings: config, log }));
    readiness.add('mysql', database.ready);
    const clock = closing.add(await createDatabaseClock(database, log));
    const redis = closing.add(await connectRedis({ url: config.REDIS_URL, log }));
    const bus = closing.add(await connectBus({ url: config.NATS_URL, name: 'literal-coupon', log }));
    await ensureStreams(bus, [COUPON]);
    // Of an issuer's other parts the resolvers know nothing.
    const issuer = (await createLiteralIssuer({ database, redis, bus, clock })) as Issuer;
    const verifier = createVerifier({ jwksUrl: config.JWKS_URL, issuer: config.JWT_ISSUER });
    const { schema } = await couponSchema();
    const context = (request: SubgraphRequest) => createContext({ database, clock, issuer }, request);
    endpoint.serve({ schema, verifier, context, log });
    return { url };
  }),
);
