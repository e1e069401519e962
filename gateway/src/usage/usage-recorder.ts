import { createHash } from 'node:crypto';
import { createDailyTallies, type RedisConnection } from '@shop/redis';
import { type Logger, startPeriodic } from '@shop/service-kit';
import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import type { GatewayMetrics } from '../observability/gateway-metrics.ts';
import { NO_APP } from './client-app.ts';
import { coordinatesOf } from './coordinates.ts';
import { readInputs } from './input-coordinates.ts';
import type { UsageSettings } from './usage-settings.ts';
import { type CountedOperation, createWaitingCounts, requestsIn, type WaitingTally } from './waiting-counts.ts';

/** Where all gateways keep what clients ask for; `shop-schema usage export` reads it there. */
export const USAGE_KEY = 'gateway:usage';

/** What each request of a known operation is counted with. */
export interface OperationUsage {
  /** For an operation that was executed; `app` is who asked (`clientAppOf`). */
  count(variables: Readonly<Record<string, unknown>> | null | undefined, app: string | undefined): void;
  /** About how much memory it takes. */
  bytes: number;
}

/** Records which parts of the schema clients use. */
export interface UsageRecorder {
  /** For a valid operation; made once. */
  usageOf(
    schema: GraphQLSchema,
    text: string,
    document: DocumentNode,
    operation: OperationDefinitionNode,
  ): OperationUsage;
  /** Sends what still waits. */
  close(): Promise<void>;
}

export interface UsageRecorderOptions extends UsageSettings {
  redis: RedisConnection;
  log: Logger;
  metrics: Pick<GatewayMetrics, 'usageRequests' | 'usageWaiting'>;
}

/** What counts may take here while they wait; more only piles up while Redis is away, or when somebody floods us. */
const WAITING_BYTES = 8 * 1024 * 1024;
/** Coordinates are shared by all operations of a schema. */
const BYTES_PER_COORDINATE = 8;
const BYTES_PER_OPERATION = 1_000;
const LONGEST_NAME = 128;

/**
 * Counts in this process and sends the sums to Redis every `flushMs`. While Redis is away they wait; an outage in the
 * middle of sending may have some counted twice, and the end of a process without a chance to send loses its last ones.
 */
export function createUsageRecorder(options: UsageRecorderOptions): UsageRecorder {
  const { redis, keptDays, maxBytesPerDay, flushMs, log, metrics } = options;
  const tallies = createDailyTallies({ redis, name: USAGE_KEY, keptDays, maxBytesPerDay });
  const waiting = createWaitingCounts(WAITING_BYTES);
  const sending = startPeriodic({ name: 'record usage', everyMs: flushMs, work: send, log });

  async function send(): Promise<void> {
    try {
      for (const { operation, marks, ...tally } of await add(waiting.takeApart(), 'apart')) {
        waiting.countTogether([...(operation?.coordinates ?? []), ...marks], requestsIn(tally));
      }
      const together = waiting.takeTogether();
      if (together) await add([together], 'together');
    } finally {
      metrics.usageWaiting.set(waiting.requests());
    }
  }

  /** Returns those there is no room for. */
  async function add(all: WaitingTally[], recorded: 'apart' | 'together'): Promise<WaitingTally[]> {
    if (all.length === 0) return [];
    try {
      const refused = await tallies.add(new Date().toISOString().slice(0, 10), all);
      metrics.usageRequests.inc({ recorded }, sum(all) - sum(refused));
      return refused;
    } catch (error) {
      for (const tally of all) waiting.giveBack(tally);
      throw error;
    }
  }

  return {
    usageOf(schema, text, document, operation) {
      const counted = countedOperation(schema, text, document, operation);
      const inputsOf = readInputs(schema, operation);
      return {
        bytes: BYTES_PER_OPERATION + BYTES_PER_COORDINATE * counted.coordinates.length,
        count(variables, app = NO_APP) {
          if (inputsOf === null || !variables) waiting.count(counted, app, 1);
          else waiting.count(counted, app, 1, (found) => inputsOf(variables, found));
        },
      };
    },
    async close() {
      await sending.close();
      await send().catch((error: unknown) => {
        log.warn({ err: error, requests: waiting.requests() }, 'The last requests were not recorded.');
      });
    },
  };
}

function countedOperation(
  schema: GraphQLSchema,
  text: string,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): CountedOperation {
  const name = operation.name?.value.slice(0, LONGEST_NAME) ?? null;
  const hash = createHash('sha256').update(text).digest('hex');
  const coordinates = coordinatesOf(schema, document, operation);
  // One text may name other things in another supergraph.
  const id = createHash('sha256')
    .update(JSON.stringify([name, hash, coordinates]))
    .digest('base64url')
    .slice(0, 22);
  return { id, name, hash, coordinates };
}

function sum(tallies: readonly WaitingTally[]): number {
  return tallies.reduce((total, tally) => total + requestsIn(tally), 0);
}
