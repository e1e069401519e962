import { badRequest } from '../errors/http-head.ts';
import type { DocumentRequest } from '../guards/trusted-operations.ts';

type JsonObject = Record<string, unknown>;

/** What a client asks for, as it came: nothing of it has been looked at. */
export interface AskedOperation extends DocumentRequest {
  operationName?: unknown;
  variables?: unknown;
}

/** An operation that makes sense as a request; whether it can be run is seen later. */
export interface OperationParams {
  /** Null where an id stands for it, or nothing does. */
  text: string | null;
  operationName: string | undefined;
  variables: JsonObject | undefined;
  extensions: JsonObject | undefined;
}

/** Reads the query of a GET. Throws for one that cannot be meant. */
export function operationInSearch(search: string): AskedOperation {
  const params = new URLSearchParams(search);
  const once = (name: string) => {
    const [value, ...others] = params.getAll(name);
    if (others.length > 0) throw badRequest(`The '${name}' search parameter may only be specified once.`);
    return value;
  };
  const json = (name: string) => {
    const text = once(name);
    if (text === undefined) return undefined;
    const value = readJson(text);
    if (value === undefined) throw badRequest(`The ${name} search parameter contains invalid JSON.`);
    if (!isObject(value)) throw badRequest(`The ${name} search parameter should contain a JSON-encoded object.`);
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

/** Throws for a body that holds no operation, or several. */
export function operationInBody(body: unknown): AskedOperation {
  if (isObject(body) && Object.keys(body).length > 0) return body;
  throw badRequest(
    Array.isArray(body)
      ? 'Operation batching disabled.'
      : 'POST body missing, invalid Content-Type, or JSON object has no keys.',
  );
}

/** Throws for what is in a list of operations and is none. */
export function operationInList(item: unknown): AskedOperation {
  if (Array.isArray(item)) throw badRequest('A list of operations holds objects, and no further lists.');
  return operationInBody(item);
}

/** Throws for parts that are of no type a client could mean. */
export function operationParams({ query, operationName, variables, extensions }: AskedOperation): OperationParams {
  if (query && typeof query !== 'string') throw badRequest('GraphQL queries must be strings.');
  return {
    text: textIn({ query }),
    operationName: name(operationName),
    variables: object('variables', variables),
    extensions: object('extensions', extensions),
  };
}

/** The same operation with the text its id stands for; an id of Apollo's kind is taken out, as it need not be the text's hash. */
export function withText(asked: AskedOperation, query: string): AskedOperation {
  if (!isObject(asked.extensions)) return { ...asked, query };
  const { persistedQuery: _, ...extensions } = asked.extensions;
  return { ...asked, query, extensions };
}

/** The text that would be run: null where only an id is sent. */
function textIn({ query }: DocumentRequest): string | null {
  return typeof query === 'string' && query !== '' ? query : null;
}

function name(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw badRequest('`operationName` in a POST body must be a string if provided.');
}

function object(what: string, value: unknown): JsonObject | undefined {
  if (value === undefined || value === null) return undefined;
  if (isObject(value)) return value;
  throw badRequest(
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

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
