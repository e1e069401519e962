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
  'ER_QUERY_TIMEOUT',
  'ER_LOCK_DEADLOCK',
  'POOL_CLOSED',
]);

interface Failure {
  code?: unknown;
  message?: unknown;
  cause?: unknown;
  thrownValue?: unknown;
}

const isFailure = (value: unknown): value is Failure => typeof value === 'object' && value !== null;

/** The ServiceUnavailable that a client should see in place of a driver's error, or the error itself. */
export function fromDriver(error: unknown): unknown {
  if (error instanceof DomainError) return error;
  // By shape, not by class: an error of Node's own is no instance of another realm's Error, such as that of a test in
  // a VM, and graphql-js wraps it as a `thrownValue`.
  for (let failure = error, depth = 0; isFailure(failure) && depth < 5; depth++) {
    const isConnection =
      CONNECTION_CODES.has(String(failure.code)) ||
      /^Connection is closed|Pool is closed|closed state/.test(String(failure.message));
    if (isConnection) return new ServiceUnavailable(undefined, { cause: error });
    failure = failure.cause ?? failure.thrownValue;
  }
  return error;
}
