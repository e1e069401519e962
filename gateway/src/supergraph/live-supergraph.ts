import { ConfigError, type Logger, reasonOf } from '@shop/service-kit';
import type { GatewayMetrics } from '../observability/gateway-metrics.ts';
import type { Warmed } from '../planning/planning.ts';
import { follow } from './follow.ts';
import { createInFlight } from './in-flight.ts';
import { noSupergraph } from './no-supergraph.ts';
import { readInThread } from './read-in-thread.ts';
import type { Supergraph } from './supergraph.ts';
import { idOf } from './supergraph-description.ts';
import type { SupergraphSource } from './supergraph-source.ts';

/** The supergraph that is served, as it changes. */
export interface LiveSupergraph {
  /** Before the first one, one without content. */
  current(): Supergraph;
  /** Why there is none yet. */
  absence(): string | null;
  /** Why the newest one is not the one that is served. */
  refusal(): string | null;
  /** For one request: what it may see is kept until the returned function is called. */
  hold(): () => void;
  /** Called each time another one has taken over. */
  onSwitch(listener: () => void): void;
  close(): Promise<void>;
}

export interface LiveSupergraphOptions {
  source: SupergraphSource;
  /** Makes ready to serve it. Rejects when it cannot be served. */
  prepare(supergraph: Supergraph): Promise<void>;
  /** Makes ready for what clients will ask of it. */
  warm(supergraph: Supergraph, signal: AbortSignal): Promise<Warmed>;
  /** Gives up one that was prepared, and is not served or not any more. */
  release(supergraph: Supergraph): Promise<void>;
  log: Logger;
  metrics: GatewayMetrics;
}

/**
 * Follows a source of supergraphs. Each is read, prepared and warmed beside the one that is served, then takes its place
 * at once; the old one is released when the requests that began before have ended. One that cannot be served is refused,
 * and the one before goes on. A newer one ends the loading of an older. Throws ConfigError when a file holds none that
 * could be served at first; an address is waited for.
 */
export async function openLiveSupergraph(options: LiveSupergraphOptions): Promise<LiveSupergraph> {
  const { source, prepare, warm, release, log, metrics } = options;
  const inFlight = createInFlight();
  const none = noSupergraph();
  const listeners: (() => void)[] = [];
  let current = none;
  let refusal: string | null = null;
  let newest = { id: '', loading: new AbortController(), done: Promise.resolve() };

  /** Rejects when it is refused. One that is overtaken ends without a word. */
  async function load(text: string, signal: AbortSignal): Promise<void> {
    const done = metrics.supergraphLoadSeconds.startTimer();
    const next = await readInThread(text, signal);
    try {
      await prepare(next);
      const warmed = current === none ? null : await warm(next, signal);
      signal.throwIfAborted();
      switchTo(next);
      metrics.supergraphLoads.inc({ outcome: 'loaded' });
      log.info({ supergraph: next.id, warmed, seconds: done({ outcome: 'loaded' }) }, 'Serving a new supergraph.');
    } catch (error) {
      await release(next);
      throw error;
    }
  }

  function switchTo(next: Supergraph): void {
    const before = current;
    current = next;
    refusal = null;
    metrics.supergraphInfo.reset();
    metrics.supergraphInfo.set({ supergraph: next.id }, 1);
    metrics.supergraphSwitchedAt.set(Date.now() / 1_000);
    inFlight.takeOver(() => {
      metrics.supergraphsDraining.set(inFlight.draining());
      if (before === none) return;
      release(before).catch((error: unknown) => log.error({ err: error }, 'An old supergraph was not closed cleanly.'));
    });
    metrics.supergraphsDraining.set(inFlight.draining());
    for (const tell of listeners) tell();
  }

  function refuse(error: unknown): void {
    const what = current === none ? 'it holds' : 'the newest is';
    refusal = `${source.name}: ${what} no supergraph that can be served: ${reasonOf(error)}`;
    metrics.supergraphLoads.inc({ outcome: 'refused' });
    log.error({ err: error, source: source.name }, 'The new supergraph was refused.');
  }

  /** Resolves when it is served, refused, or overtaken. */
  function offer(text: string): Promise<void> {
    const id = idOf(text);
    if (id === newest.id) return newest.done;
    newest.loading.abort();
    const loading = new AbortController();
    const before = newest.done;
    newest = { id, loading, done: before.then(attempt) };
    return newest.done;

    async function attempt(): Promise<void> {
      if (loading.signal.aborted) return;
      // Somebody took their change back.
      if (id === current.id) refusal = null;
      else {
        await load(text, loading.signal).catch((error: unknown) => {
          if (!loading.signal.aborted) refuse(error);
        });
      }
    }
  }

  const following = follow({ source, offer: (text) => void offer(text), log, metrics });
  const first = await following.first().catch((error: unknown) => {
    if (!source.waits) throw new ConfigError(`${source.name} cannot be read: ${reasonOf(error)}`);
    return null;
  });
  if (first !== null) await offer(first);
  if (current === none && !source.waits) throw new ConfigError(refusal ?? source.name);
  following.begin();

  return {
    current: () => current,
    absence: () => (current === none ? (refusal ?? following.outage() ?? 'the first one is being loaded') : null),
    refusal: () => (current === none ? null : (refusal ?? following.outage())),
    hold: inFlight.hold,
    onSwitch: (listener) => void listeners.push(listener),
    async close() {
      newest.loading.abort();
      await Promise.all([following.close(), newest.done]);
      inFlight.close();
    },
  };
}
