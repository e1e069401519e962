/**
 * A property that is looked at for so long, and taken as true afterwards: a busy machine sees fewer examples, at least
 * one. (`interruptAfterTimeLimit` of fast-check leaves the run it is in to go on beside the next test.)
 */
export function withinTime<Example extends unknown[]>(
  limitMs: number,
  property: (...example: Example) => Promise<void>,
): (...example: Example) => Promise<void> {
  let end = Number.POSITIVE_INFINITY;
  return async (...example) => {
    if (performance.now() > end) return;
    if (end === Number.POSITIVE_INFINITY) end = performance.now() + limitMs;
    await property(...example);
  };
}
