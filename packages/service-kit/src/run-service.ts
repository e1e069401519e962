import type { Closable } from './closer.ts';
import { ConfigError, setting } from './config.ts';
import { createLogger } from './logger.ts';

/** How long a process takes to stop at most; whoever stops it kills it no earlier. */
export const CLOSE_TIMEOUT_MS = 15_000;

/**
 * Runs a process from start to SIGTERM or SIGINT: starts it, closes it once when told to stop, and exits with 0 when
 * that went well. A process that cannot start says why and exits with 1; an error nobody caught does the same, so
 * that whoever supervises it starts a clean one.
 */
export async function runService(service: string, start: () => Promise<Closable & { url?: string }>): Promise<void> {
  // A level that is none is for `start` to report, with all else that is wrong.
  const log = createLogger(service, { level: setting.logLevel().catch('info').parse(process.env.LOG_LEVEL) });
  let running: Awaited<ReturnType<typeof start>> | undefined;
  let stopping = false;

  async function stop(reason: string, exitCode: number): Promise<void> {
    if (stopping) return;
    stopping = true;
    log.info({ reason }, 'Stopping.');
    setTimeout(() => {
      log.error(`Not closed within ${CLOSE_TIMEOUT_MS} ms, leaving anyway.`);
      process.exit(1);
    }, CLOSE_TIMEOUT_MS).unref();
    try {
      await running?.close();
      process.exit(exitCode);
    } catch (error) {
      log.error({ err: error }, 'Closing failed.');
      process.exit(1);
    }
  }

  process.on('SIGTERM', () => void stop('SIGTERM', 0));
  process.on('SIGINT', () => void stop('SIGINT', 0));
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      log.fatal({ err: error }, 'An error was not handled.');
      void stop(event, 1);
    });
  }

  try {
    running = await start();
    log.info({ url: running.url }, 'Started.');
  } catch (error) {
    if (error instanceof ConfigError) process.stderr.write(`${service}: ${error.message}\n`);
    else
      log.fatal(
        { err: error },
        isAddressTaken(error) ? 'Could not start: PORT is taken by another process.' : 'Could not start.',
      );
    process.exit(1);
  }
}

function isAddressTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}
