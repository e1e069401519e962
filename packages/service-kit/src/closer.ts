/** Whatever is closed at the end. */
export interface Closable {
  close(): unknown;
}

/** Remembers what a process has opened. */
export interface Closer {
  /** Remembers the thing and returns it. */
  add<T extends Closable>(thing: T): T;
  /** Closes everything in the reverse order of adding, once; a failure does not keep the rest open. */
  close(): Promise<void>;
}

/** Creates an empty closer. */
export function createCloser(): Closer {
  const open: Closable[] = [];
  let closing: Promise<void> | undefined;

  async function closeAll(): Promise<void> {
    const failures: unknown[] = [];
    for (let thing = open.pop(); thing !== undefined; thing = open.pop()) {
      try {
        await thing.close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'Some parts did not close cleanly.');
  }

  return {
    add(thing) {
      open.push(thing);
      return thing;
    },
    close: () => (closing ??= closeAll()),
  };
}
