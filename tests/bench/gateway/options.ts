/** Those of a list that a flag names, in the order of the list. */
export function chosen<T extends { name: string }>(names: string, all: readonly T[]): T[] {
  const wanted = names.split(',');
  const unknown = wanted.find((name) => !all.some((each) => each.name === name));
  if (unknown === undefined) return all.filter(({ name }) => wanted.includes(name));
  throw new Error(`There is no ${unknown}: ${all.map(({ name }) => name).join(', ')}.`);
}

export function positive(text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new Error(`${text} is not a number from 1 to 9999999.`);
  return Number(text);
}
