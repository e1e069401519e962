import { setting } from '@shop/service-kit';
import { z } from 'zod';
import { parseRateLimits } from './rate-limit-settings.ts';

/** Depths beyond this are not for the stacks of those who recurse. */
const DEEPEST = 200;

/** A text that is read by a function whose RangeError says what is wrong with it. */
const parsedWith = <T>(parse: (text: string) => T) =>
  z
    .string()
    .default('')
    .transform((text, context) => {
      try {
        return parse(text);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        context.addIssue({ code: 'custom', message: error.message });
        return z.NEVER;
      }
    });

/** What the guards can be told; each is explained where it is used. */
export const guardSettings = {
  INTROSPECTION: setting.flag(true),
  MAX_BODY_BYTES: setting.integer(1_048_576, { min: 1_024 }),
  OPERATION_MAX_TOKENS: setting.integer(10_000, { min: 1 }),
  OPERATION_MAX_DEPTH: setting.integer(30, { min: 1, max: DEEPEST }),
  OPERATION_MAX_FIELDS: setting.integer(1_000, { min: 1 }),
  OPERATION_MAX_ALIASES: setting.integer(100),
  OPERATION_MAX_ROOT_FIELDS: setting.integer(30, { min: 1 }),
  OPERATION_MAX_DIRECTIVES: setting.integer(200),
  OPERATION_MAX_FIELD_DIRECTIVES: setting.integer(10),

  OPERATION_MAX_COST: setting.integer(100_000, { min: 1 }),
  DEFAULT_LIST_SIZE: setting.integer(10),
  COST_PER_MINUTE: setting.integer(0),
  COST_IN_ANSWER: z.enum(['never', 'asked', 'always']).default('asked'),

  TRUSTED_OPERATIONS: z.enum(['off', 'report', 'enforce']).default('off'),
  TRUSTED_OPERATIONS_PATH: z.string().min(1).optional(),

  RATE_LIMITS: parsedWith(parseRateLimits),
  TRUSTED_PROXIES: setting.networks(),
  REDIS_URL: setting.redis().optional(),
  CORS_ORIGINS: z
    .string()
    .default('')
    .transform((text) => text.split(',').flatMap((each) => each.trim() || [])),
};

const schema = z.object(guardSettings);

/** The guards' part of the gateway's configuration. */
export function guardsOf(env: z.infer<typeof schema>, context: z.RefinementCtx) {
  if (env.TRUSTED_OPERATIONS !== 'off' && env.TRUSTED_OPERATIONS_PATH === undefined) {
    const message = 'is missing: TRUSTED_OPERATIONS needs a manifest or a folder';
    context.addIssue({ code: 'custom', path: ['TRUSTED_OPERATIONS_PATH'], message });
  }
  return {
    document: {
      maxTokens: env.OPERATION_MAX_TOKENS,
      maxDepth: env.OPERATION_MAX_DEPTH,
      maxFields: env.OPERATION_MAX_FIELDS,
      maxAliases: env.OPERATION_MAX_ALIASES,
      maxRootFields: env.OPERATION_MAX_ROOT_FIELDS,
      maxDirectives: env.OPERATION_MAX_DIRECTIVES,
      maxFieldDirectives: env.OPERATION_MAX_FIELD_DIRECTIVES,
      mayIntrospect: env.INTROSPECTION,
    },
    cost: {
      max: env.OPERATION_MAX_COST,
      defaultListSize: env.DEFAULT_LIST_SIZE,
      perMinute: env.COST_PER_MINUTE,
      inAnswer: env.COST_IN_ANSWER,
    },
    trusted: { mode: env.TRUSTED_OPERATIONS, path: env.TRUSTED_OPERATIONS_PATH ?? null },
    rateLimits: env.RATE_LIMITS,
    trustedProxies: env.TRUSTED_PROXIES,
    maxBodyBytes: env.MAX_BODY_BYTES,
    corsOrigins: env.CORS_ORIGINS,
  };
}

export type GuardSettings = ReturnType<typeof guardsOf>;
