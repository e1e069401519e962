type JsonObject = Record<string, unknown>;

/** A request in which no operation can be meant; the message says what of it. */
export class MalformedRequest extends Error {
  override readonly name = 'MalformedRequest';
}

/** What a client asks for, as it came: nothing of it has been looked at. */
export interface AskedOperation {
  query?: unknown;
  /** As GraphQL over HTTP calls the id of a known document. */
  documentId?: unknown;
  operationName?: unknown;
  variables?: unknown;
  extensions?: unknown;
}

/** An operation that makes sense as a request; whether it can be run is seen later. */
export interface OperationParams {
  /** Null where an id stands for it, or nothing does. */
  text: string | null;
  operationName: string | undefined;
  variables: JsonObject | undefined;
  extensions: JsonObject | undefined;
}

/** Reads the query of a GET. Throws MalformedRequest for one that cannot be meant. */
export function operationInSearch(search: string): AskedOperation {
  const params = new URLSearchParams(search);
  const once = (name: string) => {
    const [value, ...others] = params.getAll(name);
    if (others.length > 0) throw new MalformedRequest(`The '${name}' search parameter may only be specified once.`);
    return value;
  };
  const json = (name: string) => {
    const text = once(name);
    if (text === undefined) return undefined;
    const value = readJson(text);
    if (value === undefined) throw new MalformedRequest(`The ${name} search parameter contains invalid JSON.`);
    if (!isJsonObject(value))
      throw new MalformedRequest(`The ${name} search parameter should contain a JSON-encoded object.`);
    return value;
  };
  return {
    query: once('query'),
    documentId: once('documentId'),
    operationName: once('operationName'),
    variables: json('variables'),
    extensions: json('extensions'),
  };
}

/** Throws MalformedRequest for a body that holds no operation, or several. */
export function operationInBody(body: unknown): AskedOperation {
  if (isJsonObject(body) && Object.keys(body).length > 0) return body;
  throw new MalformedRequest(
    Array.isArray(body)
      ? 'Operation batching disabled.'
      : 'POST body missing, invalid Content-Type, or JSON object has no keys.',
  );
}

/** Throws MalformedRequest for parts that are of no type a client could mean. */
export function operationParams({ query, operationName, variables, extensions }: AskedOperation): OperationParams {
  if (query && typeof query !== 'string') throw new MalformedRequest('GraphQL queries must be strings.');
  return {
    text: textIn({ query }),
    operationName: name(operationName),
    variables: object('variables', variables),
    extensions: object('extensions', extensions),
  };
}

/** The text that would be run: null where only an id is sent. */
function textIn({ query }: AskedOperation): string | null {
  return typeof query === 'string' && query !== '' ? query : null;
}

function name(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw new MalformedRequest('`operationName` in a POST body must be a string if provided.');
}

function object(what: string, value: unknown): JsonObject | undefined {
  if (value === undefined || value === null) return undefined;
  if (isJsonObject(value)) return value;
  throw new MalformedRequest(
    typeof value === 'string'
      ? `\`${what}\` in a POST body should be provided as an object, not a recursively JSON-encoded string.`
      : `\`${what}\` in a POST body must be an object if provided.`,
  );
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether a value of JSON is an object, and neither a list nor null. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
