/** Says why a part cannot serve, or null when it can. */
export type Check = () => string | null | Promise<string | null>;

/** What `/readyz` answers. */
export interface ReadinessReport {
  ready: boolean;
  reasons: Record<string, string>;
  /** Away, but the process can serve without it. */
  degraded: Record<string, string>;
}

/** What metrics say. */
export interface MeasuredReadiness {
  ready: boolean;
  /** Whether it is away, of each part that the process can serve without. */
  degraded: ReadonlyMap<string, boolean>;
}

/** How much hangs on a part, and whether it is in the metrics, for which it is asked with each scrape. Both unless told. */
export interface PartOptions {
  required?: boolean;
  measured?: boolean;
}

/** Knows whether the process can serve. */
export interface Readiness {
  /** A process is not ready while a required part is not; one that is not `required` is only reported. */
  add(name: string, check: Check, options?: PartOptions): void;
  /** Asks all parts now. */
  check(): Promise<ReadinessReport>;
  /** Asks now those that are in the metrics. */
  measure(): Promise<MeasuredReadiness>;
  /** From now on not ready: the balancer takes the process out while it finishes what it has. */
  drain(): void;
}

interface Part extends Required<PartOptions> {
  name: string;
  check: Check;
}

const CHECK_TIMEOUT_MS = 2_000;

/** Creates a readiness without checks: ready until it is drained. A check that takes over 2 s has failed. */
export function createReadiness(): Readiness {
  const parts: Part[] = [];
  let draining = false;

  return {
    add: (name, check, { required = true, measured = true } = {}) =>
      void parts.push({ name, check, required, measured }),
    drain() {
      draining = true;
    },
    check: () => ask(parts),
    async measure() {
      const asked = parts.filter(({ measured }) => measured);
      const { ready, degraded } = await ask(asked);
      const optional = asked.filter(({ required }) => !required);
      return { ready, degraded: new Map(optional.map(({ name }) => [name, name in degraded])) };
    },
  };

  async function ask(asked: readonly Part[]): Promise<ReadinessReport> {
    const report: ReadinessReport = { ready: true, reasons: {}, degraded: {} };
    if (draining) report.reasons.process = 'is shutting down';
    await Promise.all(
      asked.map(async ({ name, check, required }) => {
        const reason = await inTime(check);
        if (reason !== null) (required ? report.reasons : report.degraded)[name] = reason;
      }),
    );
    report.ready = Object.keys(report.reasons).length === 0;
    return report;
  }
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
