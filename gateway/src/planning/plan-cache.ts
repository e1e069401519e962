import type { GatewayMetrics } from '../observability/gateway-metrics.ts';

/** What tells operations apart. */
export interface OperationKey {
  supergraphId: string;
  /** The document as the client sent it. */
  text: string;
  operationName: string | undefined;
  /** Sets apart what is planned in several ways, such as with and without deferred parts. */
  variant: string;
}

/** An operation that clients have sent. */
export interface SeenOperation {
  text: string;
  operationName: string | undefined;
  /** How often it came. */
  count: number;
}

export interface PlanCache<T> {
  /** What is known, or what `make` gives: called once, however many ask for it meanwhile. A failure is not kept. */
  get(key: OperationKey, make: () => Promise<Costed<T>>): T | Promise<T>;
  /** The operations that came last, the latest first. */
  recent(limit: number): SeenOperation[];
  forget(supergraphId: string): void;
}

export interface Costed<T> {
  value: T;
  /** About how much memory it takes. */
  bytes: number;
  /** Kept no longer than this. */
  keepMs?: number;
}

interface Entry<T> extends Costed<T> {
  key: OperationKey;
  count: number;
  expiresAt: number;
}

/** Measured: what the smallest entry takes besides its text. */
const ENTRY_BYTES = 2_000;

/** Keeps plans by operation; those unused for longest go first once all take more than `maxBytes`. */
export function createPlanCache<T>({
  maxBytes,
  metrics,
}: {
  maxBytes: number;
  metrics: Pick<GatewayMetrics, 'planCacheLookups' | 'planCacheEvictions' | 'planCacheBytes'>;
}): PlanCache<T> {
  // A Map iterates in the order of insertion: what is used moves to its end.
  const entries = new Map<string, Entry<T>>();
  const pending = new Map<string, Promise<T>>();
  let bytes = 0;

  function remove(name: string, { bytes: freed }: Entry<T>): void {
    entries.delete(name);
    bytes -= freed;
    metrics.planCacheBytes.set(bytes);
  }

  function keep(name: string, key: OperationKey, { value, bytes: cost, keepMs = Infinity }: Costed<T>): void {
    const size = cost + 2 * name.length + ENTRY_BYTES;
    const entry = { key, value, bytes: size, count: 1, expiresAt: performance.now() + keepMs };
    // One that takes the place of all others would only push itself out again.
    if (entry.bytes > maxBytes) return;
    entries.set(name, entry);
    bytes += entry.bytes;
    for (const [oldest, unused] of entries) {
      if (bytes <= maxBytes) break;
      remove(oldest, unused);
      metrics.planCacheEvictions.inc();
    }
    metrics.planCacheBytes.set(bytes);
  }

  return {
    get(key, make) {
      const name = nameOf(key);
      const known = entries.get(name);
      if (known && known.expiresAt <= performance.now()) remove(name, known);
      else if (known) {
        known.count += 1;
        entries.delete(name);
        entries.set(name, known);
        metrics.planCacheLookups.inc({ outcome: 'hit' });
        return known.value;
      }
      const underWay = pending.get(name);
      metrics.planCacheLookups.inc({ outcome: underWay ? 'joined' : 'miss' });
      if (underWay) return underWay;
      const making = make()
        .then((made) => {
          keep(name, key, made);
          return made.value;
        })
        .finally(() => pending.delete(name));
      pending.set(name, making);
      return making;
    },
    recent(limit) {
      const seen = new Map<string, SeenOperation>();
      for (const { key, count } of [...entries.values()].reverse()) {
        const { text, operationName } = key;
        const name = `${operationName ?? ''} ${text}`;
        const before = seen.get(name);
        if (before) before.count += count;
        else if (seen.size < limit) seen.set(name, { text, operationName, count });
      }
      return [...seen.values()];
    },
    forget(supergraphId) {
      for (const [name, entry] of entries) if (entry.key.supergraphId === supergraphId) remove(name, entry);
    },
  };
}

/** The length of the operation's name keeps apart what clients can write: a name and a text. */
function nameOf({ supergraphId, operationName = '', variant, text }: OperationKey): string {
  return `${supergraphId} ${variant} ${operationName.length} ${operationName} ${text}`;
}
