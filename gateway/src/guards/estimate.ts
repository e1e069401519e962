/** The coerced variables of a request. */
export type Variables = Readonly<Record<string, unknown>>;

/** A number that is known now, or once the variables are. */
export type Estimate = number | ((variables: Variables) => number);

export function amountOf(estimate: Estimate, variables: Variables): number {
  return typeof estimate === 'number' ? estimate : estimate(variables);
}

/** What is known now is added up now, so that a request pays for its variables alone. */
export function sum(estimates: readonly Estimate[]): Estimate {
  const known = estimates.reduce<number>((total, each) => total + (typeof each === 'number' ? each : 0), 0);
  const unknown = estimates.filter((each) => typeof each === 'function');
  if (unknown.length === 0) return known;
  return (variables) => unknown.reduce((total, each) => total + each(variables), known);
}

export function product(a: Estimate, b: Estimate): Estimate {
  if (typeof a === 'number' && typeof b === 'number') return a * b;
  if (a === 0 || b === 0) return 0;
  return (variables) => amountOf(a, variables) * amountOf(b, variables);
}
