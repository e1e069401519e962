/** Waits for its turn; undefined when it is its turn now. */
export type Pace = () => Promise<void> | undefined;

/** Lets so much be done in one go; then everything else in the process has its turn first. */
export function createPacing(inOneGo: number): Pace {
  const waiting: (() => void)[] = [];
  let left = inOneGo;

  function refill(): void {
    const next = waiting.splice(0, inOneGo);
    left = inOneGo - next.length;
    for (const go of next) go();
    if (left < inOneGo) setImmediate(refill);
  }

  return () => {
    if (left === 0) return new Promise((resolve) => waiting.push(resolve));
    if (left === inOneGo) setImmediate(refill);
    left -= 1;
    return undefined;
  };
}
