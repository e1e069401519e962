/** Says why a part cannot serve, or null when it can. */
export type Check = () => string | null | Promise<string | null>;

/** What `/readyz` answers. */
export interface ReadinessReport {
  ready: boolean;
  reasons: Record<string, string>;
  /** Away, but the process can serve without it. */
  degraded: Record<string, string>;
}

/** Knows whether the process can serve. */
export interface Readiness {
  /** A process is not ready while a required part is not; one that is not `required` is only reported. */
  add(name: string, check: Check, options?: { required?: boolean }): void;
  check(): Promise<ReadinessReport>;
  /** From now on not ready: the balancer takes the process out while it finishes what it has. */
  drain(): void;
}

const CHECK_TIMEOUT_MS = 2_000;

/** Creates a readiness without checks: ready until it is drained. A check that takes over 2 s has failed. */
export function createReadiness(): Readiness {
  const checks: { name: string; check: Check; required: boolean }[] = [];
  let draining = false;

  return {
    add: (name, check, { required = true } = {}) => void checks.push({ name, check, required }),
    drain() {
      draining = true;
    },
    async check() {
      const report: ReadinessReport = { ready: true, reasons: {}, degraded: {} };
      if (draining) report.reasons.process = 'is shutting down';
      await Promise.all(
        checks.map(async ({ name, check, required }) => {
          const reason = await inTime(check);
          if (reason !== null) (required ? report.reasons : report.degraded)[name] = reason;
        }),
      );
      report.ready = Object.keys(report.reasons).length === 0;
      return report;
    },
  };
}

async function inTime(check: Check): Promise<string | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`did not answer within ${CHECK_TIMEOUT_MS} ms`), CHECK_TIMEOUT_MS);
  });
  try {
    return await Promise.race([Promise.resolve().then(check), late]);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    clearTimeout(timer);
  }
}
