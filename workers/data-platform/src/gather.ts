import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises';

/** Answers in the order of the items. */
type Run<Item, Result> = (items: Item[]) => Promise<Result[]>;

/** How calls are made up. */
interface GatherOptions {
  /** How many items go into one call at most; 256 by default. */
  maxSize?: number;
  /** How long the first of a call waits for others; one turn of the event loop by default. */
  waitMs?: number;
}

interface Waiting<Item, Result> {
  item: Item;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/**
 * Makes one call of many: what is asked for within `waitMs`, or while a call is under way, goes into the next call
 * together. A call that fails fails for all of its items.
 */
export function gather<Item, Result>(
  run: Run<Item, Result>,
  { maxSize = 256, waitMs }: GatherOptions = {},
): (item: Item) => Promise<Result> {
  const waiting: Waiting<Item, Result>[] = [];
  let isWorking = false;

  async function work(): Promise<void> {
    // At least until all that came with one reading of a socket is there.
    await (waitMs === undefined ? turn() : pause(waitMs));
    while (waiting.length > 0) await runTogether(waiting.splice(0, maxSize));
    isWorking = false;
  }

  async function runTogether(batch: Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await run(batch.map(({ item }) => item));
      batch.forEach(({ resolve }, i) => {
        resolve(results[i] as Result);
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (isWorking) return;
      isWorking = true;
      void work();
    });
}
