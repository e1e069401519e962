import { type ConstDirectiveNode, type DocumentNode, Kind, valueFromASTUntyped } from 'graphql';

/** A feature of the supergraph (`cost`, `authenticated`, …) as its `@link` imports it. */
interface Link {
  /** What its directives are prefixed with, unless imported. */
  prefix: string;
  imports: ReadonlyMap<string, string>;
}

/**
 * The name a directive of `https://specs.apollo.dev/<feature>/…` has in this supergraph, or null when the feature is not
 * linked. By the link specification an import may rename it; what is not imported has the feature's name as its prefix,
 * except the directive that is called like the feature.
 */
export function linkedDirective(supergraph: DocumentNode, feature: string, directive = feature): string | null {
  const link = linksOf(supergraph).get(feature);
  if (link === undefined) return null;
  return link.imports.get(directive) ?? (directive === feature ? link.prefix : `${link.prefix}__${directive}`);
}

function linksOf({ definitions }: DocumentNode): Map<string, Link> {
  const links = new Map<string, Link>();
  for (const definition of definitions) {
    if (definition.kind !== Kind.SCHEMA_DEFINITION && definition.kind !== Kind.SCHEMA_EXTENSION) continue;
    for (const { url, as, import: imported } of applications('link', definition.directives)) {
      const [, feature] = /^https:\/\/specs\.apollo\.dev\/(\w+)\/v[\d.]+$/.exec(String(url)) ?? [];
      if (feature !== undefined) links.set(feature, { prefix: String(as ?? feature), imports: importsOf(imported) });
    }
  }
  return links;
}

/** `"@cost"`, or `{ name: "@cost", as: "@price" }`. */
function importsOf(imported: unknown): Map<string, string> {
  const bare = (name: unknown) => String(name).replace(/^@/, '');
  const entries = Array.isArray(imported) ? imported : [];
  return new Map(
    entries.map((entry) =>
      typeof entry === 'object' && entry !== null
        ? [bare(entry.name), bare(entry.as ?? entry.name)]
        : [bare(entry), bare(entry)],
    ),
  );
}

/** The arguments of every use of a directive at one place. */
export function applications(
  directive: string | null,
  directives: readonly ConstDirectiveNode[] = [],
): Record<string, unknown>[] {
  return directives
    .filter(({ name }) => name.value === directive)
    .map(({ arguments: given = [] }) =>
      Object.fromEntries(given.map(({ name, value }) => [name.value, valueFromASTUntyped(value)])),
    );
}
