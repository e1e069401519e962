/** An operation or a fragment by itself. */
export interface DocumentPart extends Counts {
  /** The fragment's name; null for an operation. */
  fragment: string | null;
  spreads: Spread[];
}

interface Spread {
  fragment: string;
  /** The braces it stands in. */
  depth: number;
  /** Whether the fragment's own first fields are fields of the root. */
  isAtRoot: boolean;
}

interface Counts {
  depth: number;
  valueDepth: number;
  fields: number;
  aliases: number;
  rootFields: number;
  directives: number;
  directivesOfOneSelection: number;
}

const NOTHING: Counts = {
  depth: 0,
  valueDepth: 0,
  fields: 0,
  aliases: 0,
  rootFields: 0,
  directives: 0,
  directivesOfOneSelection: 0,
};

export function emptyPart(fragment: string | null): DocumentPart {
  return { ...NOTHING, fragment, spreads: [] };
}

/** The largest of all parts in every respect, each with what it spreads. */
export function totalsOf(parts: readonly DocumentPart[]): Counts {
  const resolved = resolveFragments(parts);
  const totals = parts.map((part) => withSpreads(part, resolved));
  return Object.fromEntries(
    KEYS.map((key) => [key, totals.reduce((most, total) => Math.max(most, total[key]), 0)]),
  ) as unknown as Counts;
}

const KEYS = Object.keys(NOTHING) as (keyof Counts)[];

/** Fragments with what they spread, those first that spread nothing unresolved: no recursion, and each is added up once. */
function resolveFragments(parts: readonly DocumentPart[]): Map<string, Counts> {
  const fragments = new Map(parts.flatMap((part) => (part.fragment === null ? [] : [[part.fragment, part] as const])));
  const usedBy = new Map<string, string[]>();
  const waitsFor = new Map<string, number>();
  for (const [name, { spreads }] of fragments) {
    const wanted = new Set(spreads.map(({ fragment }) => fragment).filter((fragment) => fragments.has(fragment)));
    waitsFor.set(name, wanted.size);
    for (const fragment of wanted) usedBy.set(fragment, [...(usedBy.get(fragment) ?? []), name]);
  }
  const resolved = new Map<string, Counts>();
  const ready = [...fragments.keys()].filter((name) => waitsFor.get(name) === 0);
  for (let name = ready.pop(); name !== undefined; name = ready.pop()) {
    const part = fragments.get(name);
    if (part) resolved.set(name, withSpreads(part, resolved));
    for (const user of usedBy.get(name) ?? []) {
      const left = (waitsFor.get(user) ?? 0) - 1;
      waitsFor.set(user, left);
      if (left === 0) ready.push(user);
    }
  }
  return withCycles(fragments, resolved);
}

/** Fragments that spread each other in a circle are for validation to refuse, as long as its own recursion can hold them. */
function withCycles(fragments: ReadonlyMap<string, DocumentPart>, resolved: Map<string, Counts>): Map<string, Counts> {
  const circling = [...fragments].filter(([name]) => !resolved.has(name));
  const depth = circling.reduce((sum, [, part]) => sum + part.depth, 0);
  for (const [name, part] of circling) resolved.set(name, { ...part, depth });
  return resolved;
}

function withSpreads(part: DocumentPart, resolved: ReadonlyMap<string, Counts>): Counts {
  const total: Counts = { ...part };
  for (const { fragment, depth, isAtRoot } of part.spreads) {
    const spread = resolved.get(fragment) ?? NOTHING;
    total.depth = Math.max(total.depth, depth + spread.depth);
    total.valueDepth = Math.max(total.valueDepth, spread.valueDepth);
    total.fields += spread.fields;
    total.aliases += spread.aliases;
    total.directives += spread.directives;
    if (isAtRoot) total.rootFields += spread.rootFields;
  }
  return total;
}
