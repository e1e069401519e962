import { join } from 'node:path';
import { rootDir } from '../paths.ts';
import type { ShopPorts } from './find-ports.ts';
import { type ServiceName, type StandInName, serviceSpecs, subgraphNames } from './service-list.ts';

/** What the environment of every process is made of. */
export interface Surroundings {
  ports: ShopPorts;
  databaseUrl: (database: string) => string | undefined;
  redisUrl: string;
  natsUrl: string;
  secret: (name: string) => string;
}

/** The environment of one instance of a service. */
export function environmentOf(name: ServiceName, port: number, around: Surroundings): Record<string, string> {
  const { database } = serviceSpecs[name];
  const databaseUrl = database === null ? undefined : around.databaseUrl(database);
  return {
    HOST: '127.0.0.1',
    PORT: String(port),
    LOG_LEVEL: process.env.LOG_LEVEL || 'info',
    NATS_URL: around.natsUrl,
    JWKS_URL: `http://127.0.0.1:${around.ports.services.user[0]}/.well-known/jwks.json`,
    JWT_ISSUER: 'shopgraph',
    ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl, DATABASE_MIGRATE: 'true' }),
    REDIS_URL: around.redisUrl,
    ...(name === 'gateway' ? gatewayEnvironment(around) : {}),
    ...(name === 'user' ? userEnvironment(around) : {}),
    ...(name === 'order' ? orderEnvironment(around) : {}),
    ...(name === 'data-platform'
      ? { DATA_PLATFORM_URL: `http://127.0.0.1:${around.ports.standIns.dataPlatform}` }
      : {}),
  };
}

function userEnvironment({ secret }: Surroundings): Record<string, string> {
  return {
    SIGNING_KEY_SECRET: secret('signing-key'),
    // Many share the demo accounts; nobody guesses passwords on a machine of one's own.
    SIGN_IN_PER_MINUTE: '1200',
    SIGN_IN_BURST: '50',
  };
}

function gatewayEnvironment({ ports }: Surroundings): Record<string, string> {
  return {
    SUPERGRAPH_PATH: join(rootDir, 'schema/supergraph.graphql'),
    SUBGRAPH_URLS: subgraphNames.map((name) => `${name}=http://127.0.0.1:${ports.services[name][0]}/graphql`).join(','),
    // GraphiQL shows on one's own machine how operations are answered.
    QUERY_PLAN_IN_ANSWER: 'asked',
    // For `shop-schema usage export`.
    RECORD_USAGE: 'true',
  };
}

function orderEnvironment(around: Surroundings): Record<string, string> {
  return {
    PAYMENT_PROVIDER_URL: `http://127.0.0.1:${around.ports.standIns.paymentProvider}`,
    PAYMENT_WEBHOOK_SECRETS: webhookSecret(around),
    PAYMENT_RETURN_URL: `${orderUrl(around)}/payments/return`,
  };
}

/** What a stand-in has to know about the shop. */
export function standInEnvironmentOf(name: StandInName, around: Surroundings): Record<string, string> {
  if (name !== 'paymentProvider') return {};
  return { WEBHOOK_URL: `${orderUrl(around)}/webhooks/payments`, WEBHOOK_SECRET: webhookSecret(around) };
}

function orderUrl({ ports }: Surroundings): string {
  return `http://127.0.0.1:${ports.services.order[0]}`;
}

/** As Standard Webhooks writes secrets. */
function webhookSecret({ secret }: Surroundings): string {
  return `whsec_${Buffer.from(secret('payment-webhooks')).toString('base64')}`;
}

/** What a child inherits from us: everything but Node's own options and npm's, which are meant for this process. */
export function inheritedEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => name !== 'NODE_OPTIONS' && !/^npm_/i.test(name));
  return Object.fromEntries(kept);
}
