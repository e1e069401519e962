/** A stream of decisions. When it runs dry the answer is the first choice, so that less input means a simpler case. */
export interface Choices {
  /** A whole number from 0 to `below` − 1. */
  below(below: number): number;
  /** True about once in `times`; false is the simpler answer. */
  oneIn(times: number): boolean;
  of<T>(options: readonly T[]): T;
  /** Some of the options, in their order, at least `atLeast` of them. */
  someOf<T>(options: readonly T[], atLeast: number): T[];
}

/** Decisions made from numbers, which fast-check makes fewer and smaller to find the least that fails. */
export function choicesFrom(numbers: readonly number[]): Choices {
  let next = 0;
  const below = (limit: number) => {
    const number = numbers[next] ?? 0;
    next += 1;
    return number % limit;
  };
  const of = <T>(options: readonly T[]): T => {
    const chosen = options[below(options.length)];
    if (chosen === undefined) throw new Error('There is nothing to choose from.');
    return chosen;
  };
  return {
    below,
    oneIn: (times) => below(times) === times - 1,
    of,
    someOf(options, atLeast) {
      const chosen = options.filter(() => below(2) === 1);
      if (chosen.length >= atLeast) return chosen;
      return options.slice(0, atLeast);
    },
  };
}
