import { type DocumentNode, type FieldNode, GraphQLError, Kind, visit } from 'graphql';
import { separateConflictingNames } from './conflicting-names.ts';
import type { SupergraphFacts } from './supergraph-facts.ts';

/** By the name that a value has in what was fetched: the name that the client gave it. */
export type ClientNames = ReadonlyMap<string, string>;

/** Names that planners make up for fields of their own. */
const MADE_UP = /^_internal_qp_|__alias_\d+$|^__/;

/**
 * Gives another name to whatever a client's operation would call the same as something that a plan adds for its own
 * use, such as `id: legacyId` beside the key `id`, or a field that is required with other arguments than the client's.
 * Planners do not see these collisions (https://github.com/apollographql/federation/issues/3036 and 2276): the
 * value that is merged last would be sent as the key, or shown to the client.
 */
export function renameCollisions(
  client: DocumentNode,
  facts: SupergraphFacts,
): { document: DocumentNode; clientNames: ClientNames } {
  const { document, names } = separateConflictingNames(client);
  const used = new Set<string>();
  let collides = false;
  visit(document, {
    Field(field) {
      used.add(responseName(field));
      collides ||= isTaken(field, facts);
    },
  });
  const clientNames = new Map(names);
  if (!collides) return { document, clientNames };

  // Every mention of a name gets the same new one, so that mentions which merge go on merging.
  const newNames = new Map<string, string>();
  const newNameOf = (name: string): string => {
    const known = newNames.get(name);
    if (known !== undefined) return known;
    let fresh = `client_${name.replace(/^_+/, '')}`;
    while (used.has(fresh) || facts.addedFields.has(fresh) || clientNames.has(fresh)) fresh += '_';
    newNames.set(name, fresh);
    clientNames.set(fresh, names.get(name) ?? name);
    return fresh;
  };
  const renamed = visit(document, {
    Field(field) {
      if (!isTaken(field, facts)) return undefined;
      return { ...field, alias: { kind: Kind.NAME, value: newNameOf(responseName(field)) } };
    },
  });
  return { document: renamed, clientNames };
}

function isTaken(field: FieldNode, { addedFields, addedWithArguments }: SupergraphFacts): boolean {
  const shown = responseName(field);
  const name = field.name.value;
  if (shown !== name && MADE_UP.test(shown)) return true;
  if (!addedFields.has(shown)) return false;
  return shown !== name || addedWithArguments.has(name) || (field.arguments?.length ?? 0) > 0;
}

function responseName({ alias, name }: FieldNode): string {
  return (alias ?? name).value;
}

type Path = readonly (string | number)[];

/** An answer with the names that the client gave. */
export function withClientNames<R extends { data?: Record<string, unknown> | null; errors?: readonly GraphQLError[] }>(
  result: R,
  clientNames: ClientNames,
): R {
  if (clientNames.size === 0) return result;
  const errors = result.errors?.map((error) => {
    const { nodes, source, positions, extensions, originalError } = error;
    const path = error.path && clientPath(error.path, clientNames);
    return new GraphQLError(error.message, { nodes, source, positions, path, extensions, originalError });
  });
  const data = result.data && renamedIn(result.data, clientNames);
  return { ...result, ...(result.data !== undefined && { data }), ...(errors && { errors }) };
}

/** A place in what was fetched, as the client knows it. */
export function clientPath(path: Path, clientNames: ClientNames): (string | number)[] {
  return path.map((step) => (typeof step === 'string' ? (clientNames.get(step) ?? step) : step));
}

function renamedIn(value: unknown, names: ClientNames): unknown {
  if (Array.isArray(value)) return value.map((item) => renamedIn(item, names));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inside]) => [names.get(key) ?? key, renamedIn(inside, names)]),
  );
}
