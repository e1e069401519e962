import { listening, setting } from '@shop/service-kit';
import { z } from 'zod';

const subgraphAddresses = z
  .string()
  .default('')
  .transform((text, context) => {
    const addresses = new Map<string, string>();
    for (const entry of commaSeparated(text)) {
      const [, name, url] = /^([^=]+)=(.+)$/.exec(entry) ?? [];
      if (name && url && URL.canParse(url)) addresses.set(name.trim(), url.trim());
      else
        context.addIssue({ code: 'custom', message: `must look like name=http://host:port/graphql, not "${entry}"` });
    }
    return addresses;
  });

const commaSeparated = (text: string) =>
  text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');

/** Everything a gateway can be told. Only SUPERGRAPH_PATH has no default; what is not set is switched off. */
export const gatewaySettings = z
  .object({
    ...listening(4000),
    SUPERGRAPH_PATH: z.string({ error: 'is missing: the file with the composed supergraph' }).min(1),

    SUBGRAPH_URLS: subgraphAddresses,
    SUBGRAPH_TIMEOUT_MS: setting.integer(10_000, { min: 1 }),
    SUBGRAPH_CONNECTIONS: setting.integer(64, { min: 1 }),

    JWKS_URL: setting.url('http', 'https').optional(),
    JWT_ISSUER: z.string().optional(),
    JWT_LEEWAY_SECONDS: setting.integer(5, { max: 300 }),

    NATS_URL: setting.url('nats', 'tls', 'ws', 'wss').optional(),

    INTROSPECTION: setting.flag(true),
    GRAPHIQL: setting.flag(true),
    TRUSTED_PROXIES: setting.networks(),
    CORS_ORIGINS: z.string().default('').transform(commaSeparated),
    DRAIN_DELAY_MS: setting.integer(0, { max: 60_000 }),
  })
  .transform((env) => ({
    host: env.HOST,
    port: env.PORT,
    logLevel: env.LOG_LEVEL,
    supergraphPath: env.SUPERGRAPH_PATH,
    subgraphs: {
      addresses: env.SUBGRAPH_URLS,
      timeoutMs: env.SUBGRAPH_TIMEOUT_MS,
      connections: env.SUBGRAPH_CONNECTIONS,
    },
    tokens: env.JWKS_URL
      ? { jwksUrl: env.JWKS_URL, issuer: env.JWT_ISSUER, leewaySeconds: env.JWT_LEEWAY_SECONDS }
      : null,
    natsUrl: env.NATS_URL ?? null,
    introspection: env.INTROSPECTION,
    graphiql: env.GRAPHIQL,
    trustedProxies: env.TRUSTED_PROXIES,
    corsOrigins: env.CORS_ORIGINS,
    drainDelayMs: env.DRAIN_DELAY_MS,
  }));

export type GatewayConfig = z.infer<typeof gatewaySettings>;
