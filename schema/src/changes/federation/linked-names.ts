import { type ConstDirectiveNode, type DocumentNode, Kind, valueFromASTUntyped } from 'graphql';

/**
 * How a subgraph calls the directives of the specifications it links: maps a name as written to the name in the
 * specification (https://specs.apollo.dev/link/v1.0). A name nobody renamed stands for itself.
 */
export function linkedNames(document: DocumentNode): (written: string) => string {
  const imported = new Map<string, string>();
  const namespaces = new Set<string>();
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.SCHEMA_DEFINITION && definition.kind !== Kind.SCHEMA_EXTENSION) continue;
    for (const link of definition.directives ?? []) {
      if (link.name.value !== 'link') continue;
      const { url, as, imports } = read(link);
      namespaces.add(as ?? nameOf(url));
      for (const one of imports) {
        if (typeof one !== 'string') imported.set(bare(one.as ?? one.name), bare(one.name));
      }
    }
  }
  return (written) => {
    const [namespace = '', ...rest] = written.split('__');
    if (rest.length > 0 && namespaces.has(namespace)) return rest.join('__');
    return imported.get(written) ?? written;
  };
}

type Import = string | { name: string; as?: string };

function read({ arguments: args = [] }: ConstDirectiveNode): { url: string; as?: string; imports: Import[] } {
  const values = Object.fromEntries(args.map(({ name, value }) => [name.value, valueFromASTUntyped(value)]));
  const as = values.as === undefined ? {} : { as: String(values.as) };
  return { url: String(values.url), imports: (values.import ?? []) as Import[], ...as };
}

/** `https://specs.apollo.dev/federation/v2.9` is about `federation`. */
function nameOf(url: string): string {
  return (
    url
      .split('/')
      .filter((part) => !/^v\d/.test(part))
      .at(-1) ?? ''
  );
}

function bare(name: string): string {
  return name.replace(/^@/, '');
}
