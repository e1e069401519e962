import { type GraphQLOutputType, isListType, isNonNullType } from 'graphql';

/** Where in an answer placeholders stand for refused fields, by response key. */
export interface RefusedFields {
  /** By the key the placeholder has. */
  placeholders: Map<string, { key: string; type: GraphQLOutputType }>;
  below: Map<string, { type: GraphQLOutputType; refused: RefusedFields }>;
}

export function emptyRefusedFields(): RefusedFields {
  return { placeholders: new Map(), below: new Map() };
}

interface Result<E> {
  data?: Record<string, unknown> | null;
  errors?: readonly E[];
}

type Path = readonly (string | number)[];

/** A null that goes on to whatever the value is in. */
const GOES_UP = Symbol('null goes up');

/**
 * Makes a result of what the placeholders showed: the refused fields are null, each with an error at its path, and a null
 * that was promised not to be one goes up as the specification says.
 */
export function nullRefused<E extends { readonly path?: Path | undefined }, R extends Result<E>>(
  result: R & Result<E>,
  refused: RefusedFields,
  errorAt: (path: Path) => E,
): R {
  const placeholders = namesOf(refused);
  const errors = (result.errors ?? []).filter(({ path }) => !path?.some((step) => placeholders.has(step)));
  const refuse = (path: Path): void => void errors.push(errorAt(path));
  const data = result.data && objectWithout(result.data, refused, [], refuse);
  return { ...result, data, ...(errors.length > 0 && { errors }) };
}

function namesOf({ placeholders, below }: RefusedFields): Set<string | number> {
  return new Set([...placeholders.keys(), ...[...below.values()].flatMap((each) => [...namesOf(each.refused)])]);
}

function objectWithout(
  object: Record<string, unknown>,
  { placeholders, below }: RefusedFields,
  path: Path,
  refuse: (path: Path) => void,
): Record<string, unknown> | null {
  const out: Record<string, unknown> = {};
  const refusedKeys = new Set<string>();
  let isNull = false;
  for (const [name, value] of Object.entries(object)) {
    const placeholder = placeholders.get(name);
    if (placeholder) {
      const { key, type } = placeholder;
      // The same field may have been asked for twice, through the interface and on the type.
      if (!refusedKeys.has(key)) refuse([...path, key]);
      refusedKeys.add(key);
      out[key] = null;
      isNull ||= isNonNullType(type);
      continue;
    }
    if (refusedKeys.has(name)) continue;
    const inner = below.get(name);
    const next = inner ? valueWithout(value, inner.type, inner.refused, [...path, name], refuse) : value;
    if (next === GOES_UP) isNull = true;
    else out[name] = next;
  }
  return isNull ? null : out;
}

function valueWithout(
  value: unknown,
  type: GraphQLOutputType,
  refused: RefusedFields,
  path: Path,
  refuse: (path: Path) => void,
): unknown {
  if (value === null || value === undefined) return value;
  if (isNonNullType(type)) return valueWithout(value, type.ofType, refused, path, refuse) ?? GOES_UP;
  if (isListType(type) && Array.isArray(value)) {
    const items = value.map((item, i) => valueWithout(item, type.ofType, refused, [...path, i], refuse));
    return items.includes(GOES_UP) ? null : items;
  }
  return objectWithout(value as Record<string, unknown>, refused, path, refuse);
}
