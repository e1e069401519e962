import { setTimeout as pause } from 'node:timers/promises';
import type { KnowOperation } from '../operations/known-operations.ts';
import type { OperationText, Planning, Warmed } from '../planning/planning.ts';
import type { Supergraph } from './supergraph.ts';

export interface WarmUpOptions {
  planning: Pick<Planning<unknown>, 'warm' | 'recent'>;
  /** Whether an operation is valid, and what it costs: also looked at once, and not when a client waits for it. */
  know: KnowOperation;
  /** The operations clients were built with. */
  trusted: () => readonly { body: string }[];
  /** How many operations, at most; 0 for none. */
  limit: number;
}

/** A switch does not wait for longer. */
const LONGEST_MS = 30_000;

/** Plans for a supergraph that is to take over what clients asked for last, and what they are known to ask for. */
export function warmUp({ planning, know, trusted, limit }: WarmUpOptions) {
  return async (supergraph: Supergraph, signal: AbortSignal): Promise<Warmed> => {
    const late = AbortSignal.timeout(LONGEST_MS);
    let since = performance.now();
    const ended = AbortSignal.any([signal, late]);
    const operations = operationsFor(limit);
    const warmed = await planning.warm(supergraph, operations, { signal: ended, pause: rest });
    for (const { text, operationName } of operations) {
      if (ended.aborted) break;
      try {
        know(supergraph, text, operationName);
      } catch {
        // It was counted as refused before.
      }
      await rest();
    }
    return warmed;

    /** As long as there was work: clients are never served at less than half of the speed. */
    async function rest(): Promise<void> {
      await pause(Math.max(1, performance.now() - since));
      since = performance.now();
    }
  };

  function operationsFor(count: number): OperationText[] {
    const recent = planning.recent(count).map(({ text, operationName }) => ({ text, operationName }));
    const known = new Set(recent.map(({ text }) => text));
    const others = trusted().flatMap(({ body }) => (known.has(body) ? [] : [{ text: body }]));
    return [...recent, ...others].slice(0, count);
  }
}
