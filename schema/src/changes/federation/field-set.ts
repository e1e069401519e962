/** The fields of a field set that are not within another: `a { b } c` has `a` and `c`. */
export function topLevelFields(fields: string): string[] {
  const names: string[] = [];
  let depth = 0;
  for (const [token] of fields.matchAll(/[{}]|\w+/g)) {
    if (token === '{') depth += 1;
    else if (token === '}') depth -= 1;
    else if (depth === 0) names.push(token);
  }
  return names;
}
