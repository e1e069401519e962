import { type Closer, createCloser } from './closer.ts';
import { armFailPoints } from './fail-point.ts';
import { createHttpServer, type HttpServer } from './http.ts';
import { createLogger, type Logger } from './logger.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { createReadiness, type Readiness } from './readiness.ts';
import { startTracing } from './tracing.ts';

/** What every process is made of, whatever else it does. */
export interface ProcessParts {
  log: Logger;
  metrics: Metrics;
  readiness: Readiness;
  /** Everything opened is added here, and closed in reverse. */
  closing: Closer;
  /** Gets its routes, and is told to listen, by the process. */
  http: HttpServer;
}

/** A process that serves. */
export interface RunningProcess {
  /** The base URL it listens at. */
  url: string;
  close(): Promise<void>;
}

/**
 * Starts a process. `build` adds routes, listens – early, so that the probes answer while servers are waited for – and
 * opens the rest; until it returns the process is not ready. What it opened is closed again when it throws. On close the
 * HTTP server goes first: requests finish while everything they need is still open.
 */
export async function startProcess(
  service: string,
  config: { HOST: string; PORT: number; LOG_LEVEL: string; FAIL_POINT_FILE?: string | undefined },
  build: (parts: ProcessParts) => Promise<{ url: string }>,
): Promise<RunningProcess> {
  armFailPoints(config.FAIL_POINT_FILE);
  const log = createLogger(service, { level: config.LOG_LEVEL });
  const metrics = createMetrics(service);
  const readiness = createReadiness();
  const closing = createCloser();
  let started = false;
  readiness.add('start', () => (started ? null : 'is starting'));
  closing.add(startTracing());
  const http = createHttpServer({ host: config.HOST, port: config.PORT, log, metrics, readiness });
  try {
    const { url } = await build({ log, metrics, readiness, closing, http });
    closing.add(http);
    started = true;
    return { url, close: closing.close };
  } catch (error) {
    closing.add(http);
    await closing.close();
    throw error;
  }
}
