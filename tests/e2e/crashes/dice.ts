/** Chances that fall alike whenever the seed is the same. */
export interface Dice {
  /** A whole number from 0 to `below` - 1. */
  roll(below: number): number;
  pick<T>(from: readonly T[]): T;
  shuffle<T>(all: readonly T[]): T[];
}

/** Mulberry32: small, and good enough to choose by. https://github.com/cprosche/mulberry32 */
export function createDice(seed: number): Dice {
  let state = seed;
  function next(): number {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  const roll = (below: number) => Math.floor(next() * below);
  return {
    roll,
    pick: <T>(from: readonly T[]) => from[roll(from.length)] as T,
    shuffle: <T>(all: readonly T[]) =>
      all
        .map((one) => ({ one, at: next() }))
        .sort((a, b) => a.at - b.at)
        .map(({ one }) => one),
  };
}
