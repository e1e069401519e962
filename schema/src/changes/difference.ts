/** What one has and the other lacks, and what both have. */
export function difference<T>(
  before: ReadonlyMap<string, T>,
  after: ReadonlyMap<string, T>,
): { removed: T[]; added: T[]; kept: [T, T][] } {
  const kept: [T, T][] = [];
  const removed: T[] = [];
  for (const [name, old] of before) {
    const now = after.get(name);
    if (now === undefined) removed.push(old);
    else kept.push([old, now]);
  }
  return { removed, added: [...after].filter(([name]) => !before.has(name)).map(([, now]) => now), kept };
}
