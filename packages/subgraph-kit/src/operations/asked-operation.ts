import { essenceOf } from './refuse-forgery.ts';
import { badRequest } from './request-refused.ts';

/** What a client asks for; whether it can be run is seen later. */
export interface AskedOperation {
  /** Null where there is none. */
  text: string | null;
  operationName: string | undefined;
  variables: Record<string, unknown> | undefined;
  /** A GET may only ask, and change nothing. */
  mayChange: boolean;
}

/** As much of a request as an operation can be in. */
export interface OperationRequest {
  method: string;
  /** With the query string. */
  url: string;
  headers: { 'content-type'?: string | undefined };
  body: unknown;
}

/** Reads the operation of a request. Throws RequestRefused for what cannot be meant. */
export function askedOperation({ method, url, headers, body }: OperationRequest): AskedOperation {
  if (method === 'POST') return inBody(body);
  if (method === 'GET') return inSearch(url, headers['content-type']);
  throw badRequest('Operations are sent with GET or POST.', 405, { allow: 'GET, POST' });
}

function inBody(body: unknown): AskedOperation {
  if (Array.isArray(body)) throw badRequest('Operation batching disabled.');
  if (!isObject(body) || Object.keys(body).length === 0) {
    throw badRequest('POST body missing, invalid Content-Type, or JSON object has no keys.');
  }
  const { query, operationName, variables, extensions } = body;
  if (query && typeof query !== 'string') throw badRequest('GraphQL queries must be strings.');
  objectOf('extensions', extensions);
  return {
    text: textOf(query),
    operationName: nameOf(operationName),
    variables: objectOf('variables', variables),
    mayChange: true,
  };
}

function inSearch(url: string, contentType: string | undefined): AskedOperation {
  if (contentType !== undefined && essenceOf(contentType) !== 'application/json') {
    throw badRequest('GET requests may not have a content-type header other than application/json.', 415);
  }
  const params = new URLSearchParams(url.slice(url.indexOf('?') + 1));
  jsonIn(params, 'extensions');
  return {
    text: textOf(onlyOne(params, 'query')),
    operationName: onlyOne(params, 'operationName'),
    variables: jsonIn(params, 'variables'),
    mayChange: false,
  };
}

function onlyOne(params: URLSearchParams, name: string): string | undefined {
  const [value, ...others] = params.getAll(name);
  if (others.length > 0) throw badRequest(`The '${name}' search parameter may only be specified once.`);
  return value;
}

function jsonIn(params: URLSearchParams, name: string): Record<string, unknown> | undefined {
  const text = onlyOne(params, name);
  if (text === undefined) return undefined;
  const value = parsed(text);
  if (value === undefined) throw badRequest(`The ${name} search parameter contains invalid JSON.`);
  if (!isObject(value)) throw badRequest(`The ${name} search parameter should contain a JSON-encoded object.`);
  return value;
}

function textOf(query: unknown): string | null {
  return typeof query === 'string' && query !== '' ? query : null;
}

function nameOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw badRequest('`operationName` in a POST body must be a string if provided.');
}

function objectOf(name: string, value: unknown): Record<string, unknown> | undefined {
  if (value === undefined || value === null) return undefined;
  if (isObject(value)) return value;
  throw badRequest(
    typeof value === 'string'
      ? `\`${name}\` in a POST body should be provided as an object, not a recursively JSON-encoded string.`
      : `\`${name}\` in a POST body must be an object if provided.`,
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
