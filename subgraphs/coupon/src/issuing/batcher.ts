import { setTimeout as pause } from 'node:timers/promises';
import { RateLimited } from '@shop/kernel';

/** Long enough for some thousands to be served. */
const RETRY_AFTER_MS = 1_000;

export interface BatcherOptions<Item, Outcome> {
  maxSize: number;
  /** How long the first of a batch waits for others. */
  maxWaitMs: number;
  /** With so many waiting in one lane, further items are refused with RateLimited. */
  maxWaiting: number;
  /** The same for all lanes together: what the process has memory for. */
  maxWaitingInAll: number;
  /** Answers in the order of the items. */
  run(items: Item[]): Promise<Outcome[]>;
}

interface Waiting<Item, Outcome> {
  item: Item;
  resolve(outcome: Outcome): void;
  reject(error: unknown): void;
}

interface Lane<Item, Outcome> {
  waiting: Waiting<Item, Outcome>[];
  /** Called when the batch is full. */
  full(): void;
}

export interface Batcher<Item, Outcome> {
  /** Items of one lane are run in their order, one batch at a time. Throws RateLimited when too many wait already. */
  add(lane: string, item: Item): Promise<Outcome>;
  /** Waits for what is under way. */
  close(): Promise<void>;
}

/**
 * Gathers single items into batches. While a batch runs the next one fills, so batches grow with the load and an item
 * that comes alone waits only `maxWaitMs`.
 */
export function createBatcher<Item, Outcome>(options: BatcherOptions<Item, Outcome>): Batcher<Item, Outcome> {
  const { maxSize, maxWaitMs, maxWaiting, maxWaitingInAll, run } = options;
  const lanes = new Map<string, Lane<Item, Outcome>>();
  const working = new Set<Promise<void>>();
  let waitingInAll = 0;

  async function work(name: string, lane: Lane<Item, Outcome>): Promise<void> {
    const full = new Promise<void>((resolve) => {
      lane.full = resolve;
    });
    await Promise.race([pause(maxWaitMs), full]);
    while (lane.waiting.length > 0) {
      const batch = lane.waiting.splice(0, maxSize);
      waitingInAll -= batch.length;
      await runBatch(batch);
    }
    lanes.delete(name);
  }

  async function runBatch(batch: Waiting<Item, Outcome>[]): Promise<void> {
    try {
      const outcomes = await run(batch.map(({ item }) => item));
      batch.forEach(({ resolve }, i) => {
        resolve(outcomes[i] as Outcome);
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  function openLane(name: string): Lane<Item, Outcome> {
    const lane: Lane<Item, Outcome> = { waiting: [], full: () => undefined };
    lanes.set(name, lane);
    const worker = work(name, lane).finally(() => working.delete(worker));
    working.add(worker);
    return lane;
  }

  return {
    add(name, item) {
      const waiting = lanes.get(name)?.waiting.length ?? 0;
      if (waiting >= maxWaiting || waitingInAll >= maxWaitingInAll) {
        return Promise.reject(new RateLimited(RETRY_AFTER_MS));
      }
      const lane = lanes.get(name) ?? openLane(name);
      return new Promise((resolve, reject) => {
        waitingInAll++;
        lane.waiting.push({ item, resolve, reject });
        if (lane.waiting.length >= maxSize) lane.full();
      });
    },
    async close() {
      await Promise.all(working);
    },
  };
}
