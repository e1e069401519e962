import { DomainError, ServiceUnavailable } from '@shop/kernel';

// What Node, mysql2 and ioredis say when the other side is away or goes away in the middle.
const CONNECTION_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'PROTOCOL_CONNECTION_LOST',
  'PROTOCOL_ENQUEUE_AFTER_FATAL_ERROR',
  'ER_SERVER_SHUTDOWN',
  'ER_CON_COUNT_ERROR',
  'ER_LOCK_WAIT_TIMEOUT',
  'ER_LOCK_DEADLOCK',
  'POOL_CLOSED',
]);

/** The ServiceUnavailable that a client should see in place of a driver's error, or the error itself. */
export function fromDriver(error: unknown): unknown {
  if (error instanceof DomainError) return error;
  for (let cause: unknown = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth++) {
    if ('code' in cause && CONNECTION_CODES.has(String(cause.code)))
      return new ServiceUnavailable(undefined, { cause: error });
    if (/^Connection is closed|Pool is closed|closed state/.test(cause.message)) {
      return new ServiceUnavailable(undefined, { cause: error });
    }
  }
  return error;
}
