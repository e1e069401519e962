import { listening, setting } from '@shop/service-kit';
import { z } from 'zod';
import { guardSettings, guardsOf } from './guards/guard-settings.ts';
import { resilienceOf, resilienceSettings } from './resilience/resilience-settings.ts';
import { subscriptionLimitsOf, subscriptionSettings } from './subscriptions/subscription-limits.ts';
import type { SupergraphSettings } from './supergraph/supergraph-source.ts';
import { usageSettings, usageSettingsOf } from './usage/usage-settings.ts';

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

/** Everything a gateway can be told. Only SUPERGRAPH_PATH and SUPERGRAPH_URL, of which one is needed, have no default; what is not set is switched off. */
export const gatewaySettings = z
  .object({
    ...listening(4000),
    SUPERGRAPH_PATH: z.string().min(1).optional(),
    SUPERGRAPH_URL: setting
      .url('http', 'https')
      .refine((url) => !URL.canParse(url) || new URL(url).password === '', {
        error: 'must hold no password: SUPERGRAPH_TOKEN is for what proves who asks',
      })
      .optional(),
    SUPERGRAPH_TOKEN: setting.secret(1).optional(),
    SUPERGRAPH_POLL_MS: setting.integer(10_000, { min: 100 }),
    SUPERGRAPH_TIMEOUT_MS: setting.integer(10_000, { min: 1 }),
    SUPERGRAPH_MAX_BYTES: setting.integer(32 * 1024 * 1024, { min: 1 }),
    WARM_OPERATIONS: setting.integer(500),

    SUBGRAPH_URLS: subgraphAddresses,
    ...resilienceSettings,

    PLANNER: z.enum(['auto', 'hive', 'apollo']).default('auto'),
    PLAN_CACHE_BYTES: setting.integer(128 * 1024 * 1024, { min: 0 }),
    PLANNING_TIMEOUT_MS: setting.integer(5_000, { min: 1 }),
    KNOWN_OPERATIONS_BYTES: setting.integer(32 * 1024 * 1024, { min: 0 }),
    PERSISTED_QUERIES_BYTES: setting.integer(16 * 1024 * 1024, { min: 0 }),
    BATCH_MAX_OPERATIONS: setting.integer(0, { max: 100 }),
    COMPRESS_FROM_BYTES: setting.integer(1_024),
    OVERRIDE_LABELS: z.string().default('').transform(commaSeparated),

    ENGINE: z.enum(['shopgraph', 'apollo']).default('shopgraph'),

    JWKS_URL: setting.url('http', 'https').optional(),
    JWT_ISSUER: z.string().optional(),
    JWT_LEEWAY_SECONDS: setting.integer(5, { max: 300 }),

    NATS_URL: setting.url('nats', 'tls', 'ws', 'wss').optional(),
    ...subscriptionSettings,

    ...guardSettings,
    ...usageSettings,
    GRAPHIQL: setting.flag(true),
    QUERY_PLAN_IN_ANSWER: z.enum(['never', 'asked', 'always']).default('never'),
    // Of the 15 s a process has to stop, requests in flight want some too.
    DRAIN_DELAY_MS: setting.integer(0, { max: 10_000 }),
  })
  .transform((env, context) => ({
    host: env.HOST,
    port: env.PORT,
    logLevel: env.LOG_LEVEL,
    supergraph: supergraphSettings(env, context),
    warmOperations: env.WARM_OPERATIONS,
    subgraphs: {
      addresses: env.SUBGRAPH_URLS,
      ...resilienceOf(env),
    },
    planning: {
      planner: env.PLANNER,
      cacheBytes: env.PLAN_CACHE_BYTES,
      timeoutMs: env.PLANNING_TIMEOUT_MS,
      overrideLabels: new Set(env.OVERRIDE_LABELS),
    },
    knownOperationsBytes: env.KNOWN_OPERATIONS_BYTES,
    persistedQueriesBytes: env.PERSISTED_QUERIES_BYTES,
    maxBatch: env.BATCH_MAX_OPERATIONS,
    compressFromBytes: env.COMPRESS_FROM_BYTES,
    engine: env.ENGINE,
    operationTimeoutMs: env.OPERATION_TIMEOUT_MS,
    tokens: env.JWKS_URL
      ? { jwksUrl: env.JWKS_URL, issuer: env.JWT_ISSUER, leewaySeconds: env.JWT_LEEWAY_SECONDS }
      : null,
    natsUrl: env.NATS_URL ?? null,
    subscriptions: subscriptionLimitsOf(env),
    guards: guardsOf(env, context),
    redisUrl: env.REDIS_URL ?? null,
    usage: usageSettingsOf(env, context),
    graphiql: env.GRAPHIQL,
    planInAnswer: env.QUERY_PLAN_IN_ANSWER,
    drainDelayMs: env.DRAIN_DELAY_MS,
  }));

interface SupergraphEnvironment {
  SUPERGRAPH_PATH?: string | undefined;
  SUPERGRAPH_URL?: string | undefined;
  SUPERGRAPH_TOKEN?: string | undefined;
  SUPERGRAPH_POLL_MS: number;
  SUPERGRAPH_TIMEOUT_MS: number;
  SUPERGRAPH_MAX_BYTES: number;
}

function supergraphSettings(env: SupergraphEnvironment, context: z.RefinementCtx): SupergraphSettings {
  const { SUPERGRAPH_PATH: path, SUPERGRAPH_URL: url } = env;
  if (url !== undefined && path === undefined) {
    return {
      url,
      token: env.SUPERGRAPH_TOKEN ?? null,
      pollMs: env.SUPERGRAPH_POLL_MS,
      timeoutMs: env.SUPERGRAPH_TIMEOUT_MS,
      maxBytes: env.SUPERGRAPH_MAX_BYTES,
    };
  }
  if (path !== undefined && url === undefined) return { path };
  const message =
    path === undefined
      ? 'is missing: the file with the composed supergraph, or SUPERGRAPH_URL, its address'
      : 'and SUPERGRAPH_URL are both set: the supergraph comes from one of them';
  context.addIssue({ code: 'custom', path: ['SUPERGRAPH_PATH'], message });
  return z.NEVER;
}

export type GatewayConfig = z.infer<typeof gatewaySettings>;
