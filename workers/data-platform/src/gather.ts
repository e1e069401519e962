/** Answers in the order of the items. */
type Run<Item, Result> = (items: Item[]) => Promise<Result[]>;

const MAX_SIZE = 256;

interface Waiting<Item, Result> {
  item: Item;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/**
 * Makes one call of many: what is asked for in one turn of the event loop, or while a call is under way, goes into the
 * next call together. Who comes alone waits for nobody; a call that fails fails for all of its items.
 */
export function gather<Item, Result>(run: Run<Item, Result>, maxSize = MAX_SIZE): (item: Item) => Promise<Result> {
  const waiting: Waiting<Item, Result>[] = [];
  let isWorking = false;

  async function work(): Promise<void> {
    // Others may have come with the same reading of a socket.
    await new Promise(setImmediate);
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
