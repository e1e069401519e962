import pino from 'pino';
import { currentTrace } from './tracing.ts';

/** JSON lines with level, service and trace id. */
export type Logger = pino.Logger;

/**
 * Writes JSON lines to standard output: timestamp, level, service, traceId, spanId, message and what the caller adds
 * (userId, action, eventId, durationMs, success). Secrets are cut out by name.
 */
export function createLogger(service: string, { level = 'info' }: { level?: string } = {}): Logger {
  return pino({
    level,
    base: { service },
    messageKey: 'message',
    timestamp: () => `,"timestamp":"${new Date().toISOString()}"`,
    formatters: { level: (label) => ({ level: label }) },
    mixin: () => currentTrace() ?? {},
    redact: {
      paths: ['password', '*.password', 'authorization', '*.authorization', 'refreshToken', '*.refreshToken'],
      remove: true,
    },
    serializers: { err: pino.stdSerializers.errWithCause, error: pino.stdSerializers.errWithCause },
  });
}
