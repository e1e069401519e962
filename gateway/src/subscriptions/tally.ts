/** Counts what happens ten thousand times at once, and says how often it did when all have had their turn. */
export interface Tally {
  add(key: string): void;
}

/** Adding to a metric with labels for each would cost as much as making each its frame. */
export function createTally(tell: (key: string, times: number) => void): Tally {
  const times = new Map<string, number>();

  function tellAll(): void {
    for (const [key, count] of times) tell(key, count);
    times.clear();
  }

  return {
    add(key) {
      if (times.size === 0) setImmediate(tellAll);
      times.set(key, (times.get(key) ?? 0) + 1);
    },
  };
}
