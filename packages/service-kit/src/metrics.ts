import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export type ReadGauge<L extends string> = (set: (labels: Record<L, string>, value: number) => void) => void;

/** A process's metrics, each name with its unit (`…_seconds`, `…_bytes`, `…_total`). */
export interface Metrics {
  registry: Registry;
  counter<L extends string>(name: string, help: string, labelNames?: readonly L[]): Counter<L>;
  gauge<L extends string>(name: string, help: string, labelNames?: readonly L[]): Gauge<L>;
  /** A gauge whose values are `read` whenever somebody looks; those it does not set any more are gone. */
  liveGauge<L extends string>(name: string, help: string, labelNames: readonly L[], read: ReadGauge<L>): Gauge<L>;
  histogram<L extends string>(name: string, help: string, labelNames?: readonly L[], buckets?: number[]): Histogram<L>;
}

/** Asking twice for a name gives the same metric, so that a part may be made more than once in a process. */
export function createMetrics(service: string): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });

  function once<T>(name: string, make: () => T): T {
    return (registry.getSingleMetric(name) as T | undefined) ?? make();
  }

  return {
    registry,
    counter: (name, help, labelNames = []) =>
      once(name, () => new Counter({ name, help, labelNames, registers: [registry] })),
    gauge: (name, help, labelNames = []) =>
      once(name, () => new Gauge({ name, help, labelNames, registers: [registry] })),
    liveGauge: (name, help, labelNames, read) =>
      once(name, () => {
        const gauge = new Gauge({ name, help, labelNames, registers: [registry], collect });
        return gauge;

        function collect(): void {
          gauge.reset();
          read((labels, value) => gauge.set(labels, value));
        }
      }),
    histogram: (name, help, labelNames = [], buckets = SECONDS) =>
      once(name, () => new Histogram({ name, help, labelNames, buckets, registers: [registry] })),
  };
}
