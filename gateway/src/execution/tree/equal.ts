/** Whether two JSON values say the same. */
export function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) return Array.isArray(b) && areEqualLists(a, b);
  return !Array.isArray(b) && areEqualObjects(a as Record<string, unknown>, b as Record<string, unknown>);
}

function areEqualLists(a: unknown[], b: unknown[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i += 1) if (!isEqual(a[i], b[i])) return false;
  return true;
}

function areEqualObjects(a: Record<string, unknown>, b: Record<string, unknown>): boolean {
  let surplus = 0;
  for (const key in a) {
    if (!Object.hasOwn(b, key) || !isEqual(a[key], b[key])) return false;
    surplus += 1;
  }
  for (const _key in b) surplus -= 1;
  return surplus === 0;
}
