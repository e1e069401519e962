import { setTimeout as pause } from 'node:timers/promises';
import { type Closable, reasonOf } from '@shop/service-kit';
import { type Bus, type BusOptions, connectBus } from './bus.ts';
import { ensureStreams, type StreamDefinition } from './streams.ts';

/** A bus for a process that has work to do without it. */
export interface LateBus extends Closable {
  /** Null when messages can be sent and every part has begun, otherwise why not. */
  ready(): string | null;
  /** The bus, or null when NATS was not there yet: for what is dropped then. */
  current(): Bus | null;
  /** Begins with a part of the process now or, when NATS is not there yet, as soon as it is. To be closed before the bus. */
  begin(part: (bus: Bus) => Closable): Closable;
  /** Gives up waiting, or lets what is under way finish. */
  close(): Promise<void>;
}

/** Which bus, and the streams without which none of its parts can work. */
export type LateBusOptions = Omit<BusOptions, 'signal'> & { streams: readonly StreamDefinition[] };

// Whoever starts together with NATS starts whole; whoever starts in an outage is of use after this.
const START_WITHIN_MS = 3_000;

/** Connects to NATS and makes the streams there, and returns when that is done or takes longer than some seconds. */
export async function openLateBus({ streams, ...options }: LateBusOptions): Promise<LateBus> {
  const { log } = options;
  const closing = new AbortController();
  const { signal } = closing;
  const waiting = new Set<(bus: Bus) => void>();
  let connected: Bus | null = null;
  let bus: Bus | null = null;
  let failed: string | null = null;

  async function open(): Promise<void> {
    connected = await connectBus({ ...options, signal });
    await ensureStreams(connected, streams, { signal });
    signal.throwIfAborted();
    bus = connected;
    for (const begin of waiting) beginLate(begin, bus);
    waiting.clear();
  }

  // At the start of the process it would end it; now the process serves, and so do the other parts.
  function beginLate(begin: (bus: Bus) => void, there: Bus): void {
    try {
      begin(there);
    } catch (error) {
      failed ??= `A part that waited for NATS could not begin: ${reasonOf(error)}`;
      log.error({ err: error }, 'A part that waited for NATS could not begin; restart the process.');
    }
  }

  const opening = open().catch((error: unknown) => {
    if (!signal.aborted) log.error({ err: error }, 'What needs NATS could not begin.');
  });
  const started = new AbortController();
  await Promise.race([opening, pause(START_WITHIN_MS, undefined, { signal: started.signal }).catch(() => undefined)]);
  started.abort();
  if (bus === null) log.warn('NATS is away: what does not need it begins, and the rest when it is there.');

  return {
    current: () => bus,
    ready: () => (bus === null ? 'NATS was not there yet.' : (failed ?? bus.ready())),
    begin(part) {
      let begun: Closable | undefined;
      const begin = (there: Bus) => {
        begun = part(there);
      };
      if (bus === null) waiting.add(begin);
      else begin(bus);
      return {
        close() {
          waiting.delete(begin);
          return begun?.close();
        },
      };
    },
    async close() {
      closing.abort();
      await opening;
      await connected?.close();
    },
  };
}
