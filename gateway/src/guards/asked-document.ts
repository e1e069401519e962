import type { DocumentRequest } from './trusted-operations.ts';

/** An operation as HTTP brought it: in the body of a POST or the query string of a GET. */
export interface HttpOperation {
  body: unknown;
  search: string;
}

/** What the request says of the document it wants to run, with its variables. */
export interface AskedDocument extends DocumentRequest {
  variables?: unknown;
}

export function askedDocument({ body, search }: HttpOperation, method: string): AskedDocument {
  if (method !== 'GET') return isRecord(body) ? body : {};
  const params = new URLSearchParams(search);
  return {
    query: params.get('query') ?? undefined,
    documentId: params.get('documentId') ?? undefined,
    extensions: readJson(params.get('extensions')),
    variables: readJson(params.get('variables')),
  };
}

/** The same operation with the text its id stands for; an id of Apollo's kind is taken out, as it need not be the text's hash. */
export function withText({ body, search }: HttpOperation, method: string, text: string): HttpOperation {
  if (method !== 'GET') return { body: { ...withoutId(body as DocumentRequest), query: text }, search };
  const params = new URLSearchParams(search);
  const { extensions } = withoutId({ extensions: readJson(params.get('extensions')) });
  params.set('query', text);
  params.delete('extensions');
  if (extensions !== undefined) params.set('extensions', JSON.stringify(extensions));
  return { body, search: `?${params}` };
}

/** The text that would be run: null where only an id is sent. */
export function textIn(asked: AskedDocument): string | null {
  return typeof asked.query === 'string' && asked.query !== '' ? asked.query : null;
}

function withoutId(request: DocumentRequest): DocumentRequest {
  const { extensions, ...others } = request;
  if (!isRecord(extensions)) return request;
  const { persistedQuery: _, ...kept } = extensions;
  return Object.keys(kept).length === 0 ? others : { ...others, extensions: kept };
}

function readJson(text: string | null): unknown {
  if (text === null) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // Whoever reads the request next says what is wrong with it.
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
