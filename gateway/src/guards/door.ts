import { BoundedMap } from '@shop/kernel';
import type { RedisConnection } from '@shop/redis';
import type { Logger, Metrics } from '@shop/service-kit';
import type { DocumentNode, OperationDefinitionNode } from 'graphql';
import type { GatewayMetrics } from '../observability/gateway-metrics.ts';
import type { RequestContext } from '../request-context.ts';
import { notPriced, refuseCost } from './cost.ts';
import { createCostBudget } from './cost-budget.ts';
import { refuseDepth } from './depth.ts';
import type { Variables } from './estimate.ts';
import type { AuthorizedOperation } from './field-authorization.ts';
import { type DecidePolicies, requirementsMet } from './granted.ts';
import type { GuardSettings } from './guard-settings.ts';
import { type GuardedOperation, type GuardedSchema, guardedOperation } from './guarded-operation.ts';
import { inspectDocument } from './inspect-document.ts';
import { UnknownSize } from './list-size.ts';
import { type Caller, createRateLimiter } from './rate-limit.ts';
import { type Refusal, refusalError } from './refusal.ts';
import { type DocumentRequest, openTrustedOperations, type TrustedOperations } from './trusted-operations.ts';

/**
 * All that stands between a request and its execution, in the order it is asked: every way in calls these, from top to
 * bottom. What refuses throws a GraphQLError that is ready for the client, its HTTP head included.
 */
export interface Door {
  /** 1. Before a token is verified: not too much from one address. */
  admitAddress(client: Client): Promise<void>;
  /** 2. Once it is known who asks: not too much from one viewer. */
  admitViewer(context: RequestContext): Promise<void>;
  /** 3. The text an id stands for among trusted operations; null when the request brings its own, or an unknown id. */
  trustedText(request: DocumentRequest): string | null;
  /**
   * 4. The text before anybody parses it, and its variables before anybody walks through them: trusted, and not too large
   * in any respect. Null for an id that is not known here.
   */
  admitDocument(text: string | null, variables: unknown, client: Client): void;
  /** 5. What is to be known of an operation once it is valid, whoever asks for it. */
  prepare(supergraph: GuardedSchema, document: DocumentNode, operation: OperationDefinitionNode): GuardedOperation;
  /** 6. What the operation costs with its coerced variables. */
  costOf(operation: GuardedOperation, variables: Variables, client: Client): number;
  /** 7. What it costs, and its mutations: not too much at once, and not too much in a minute. */
  admitOperation(operation: GuardedOperation, cost: number, context: RequestContext): Promise<void>;
  /** 8. The operation without what its viewer may not have; null when all of it is as it came. */
  authorize(operation: GuardedOperation, context: RequestContext): Promise<AuthorizedOperation | null>;
  /** Counts what another place refused, and throws it. */
  refuse(refusal: Refusal, client: Client): never;
  count(refusal: Refusal): void;
  trusted: TrustedOperations;
  close(): Promise<void>;
}

/** Where a request comes from, and how it wants its answer. */
export interface Client {
  address: string;
  accept: string | undefined;
}

const INSPECTED_TEXTS = 2_000;

export interface DoorOptions {
  settings: GuardSettings;
  /** Null where there is none. */
  redis: RedisConnection | null;
  decidePolicies: DecidePolicies;
  log: Logger;
  metrics: GatewayMetrics;
  allMetrics: Metrics;
}

export async function openDoor(options: DoorOptions): Promise<Door> {
  const { settings, redis, decidePolicies, log, metrics, allMetrics } = options;
  const limiter = createRateLimiter(settings.rateLimits, { redis, metrics: allMetrics });
  const spend = createCostBudget(settings.cost.perMinute, { redis, metrics: allMetrics });
  const trusted = await openTrustedOperations({
    ...settings.trusted,
    log,
    onReport: () => metrics.untrustedOperations.inc(),
  });

  const inspected = new BoundedMap<string, Refusal | 'fine'>(INSPECTED_TEXTS);
  // An operation's syntax tree belongs to one supergraph: another one has it parsed again.
  const prepared = new WeakMap<OperationDefinitionNode, GuardedOperation>();

  function inspect(text: string): Refusal | null {
    const known = inspected.get(text);
    if (known !== undefined) return known === 'fine' ? null : known;
    const refusal = inspectDocument(text, settings.document);
    inspected.set(text, refusal ?? 'fine');
    return refusal;
  }

  function count({ guard }: Refusal): void {
    metrics.refused.inc({ guard });
  }

  function refuse(refusal: Refusal, { accept }: Client): never {
    count(refusal);
    throw refusalError(refusal, accept);
  }

  function pass(refusal: Refusal | null, client: Client): void {
    if (refusal) refuse(refusal, client);
  }

  return {
    async admitAddress(client) {
      pass(await limiter.refuseAddress(client.address), client);
    },
    async admitViewer(context) {
      pass(await limiter.refuseViewer(callerOf(context)), context.client);
    },
    trustedText: (request) => trusted.textOf(request),
    admitDocument(text, variables, client) {
      pass(trusted.refuse(text), client);
      pass(text === null ? null : inspect(text), client);
      pass(refuseDepth(variables, settings.document), client);
    },
    prepare(supergraph, document, operation) {
      const known = prepared.get(operation);
      if (known) return known;
      const guarded = guardedOperation(supergraph, document, operation, settings.cost.defaultListSize);
      prepared.set(operation, guarded);
      return guarded;
    },
    costOf(operation, variables, client) {
      try {
        return operation.cost(variables);
      } catch (error) {
        if (error instanceof UnknownSize) return refuse(notPriced(error.message), client);
        throw error;
      }
    },
    async admitOperation(operation, cost, context) {
      const { client } = context;
      metrics.operationCost.observe(cost);
      const caller = callerOf(context);
      pass(refuseCost(cost, settings.cost.max), client);
      pass(await limiter.refuseMutations(caller, operation.mutations), client);
      pass(await spend(caller, cost), client);
    },
    async authorize({ access }, context) {
      if (access === null) return null;
      const met = await requirementsMet(access.requirements, granteeOf(context), decidePolicies);
      const authorized = access.authorize(met);
      if (authorized === null) return null;
      metrics.refused.inc({ guard: 'field-authorization' });
      return authorized;
    },
    refuse,
    count,
    trusted,
    close: () => trusted.close(),
  };
}

function callerOf({ token, client }: RequestContext): Caller {
  return { viewerId: token?.viewerId ?? null, address: client.address };
}

/** Who asks, as the rules of fields see it. */
export function granteeOf({ token }: RequestContext) {
  return { viewerId: token?.viewerId ?? null, scopes: token?.scopes ?? [] };
}
