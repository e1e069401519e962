import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';

/** What a GraphQL endpoint answered, with the HTTP status it came with. */
export interface GraphqlAnswer<Data = Record<string, unknown>> {
  data: Data | null;
  errors?: { message: string; path?: (string | number)[]; extensions: Record<string, unknown> & { code?: string } }[];
  extensions?: Record<string, unknown>;
  status: number;
  headers: Headers;
}

/** An operation that knows its variables and its answer, as graphql-codegen writes it with `documentMode: string`. */
export type TypedDocument<Data, Variables> = DocumentTypeDecoration<Data, Variables> & { toString(): string };

/** Asks one GraphQL endpoint, in the name of one viewer. */
export interface GraphqlClient {
  /** Sends a registered operation. */
  query<Data, Variables>(
    document: TypedDocument<Data, Variables> & object,
    ...rest: Record<string, never> extends Variables
      ? [variables?: Variables, headers?: Record<string, string>]
      : [variables: Variables, headers?: Record<string, string>]
  ): Promise<GraphqlAnswer<Data>>;
  /** Sends any text; what it answers is the caller's word. */
  query<Data = Record<string, unknown>>(
    document: string,
    variables?: Record<string, unknown>,
    headers?: Record<string, string>,
  ): Promise<GraphqlAnswer<Data>>;
}

/** Makes a client for the endpoint; without a token it asks anonymously. */
export function graphqlClient(url: string, { token }: { token?: string } = {}): GraphqlClient {
  return {
    async query<Data>(
      document: { toString(): string },
      variables: unknown = {},
      headers: Record<string, string> = {},
    ): Promise<GraphqlAnswer<Data>> {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json',
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...headers,
        },
        body: JSON.stringify({ query: document.toString(), variables }),
      });
      const text = await response.text();
      return { ...parseAnswer<Data>(text, response.status), status: response.status, headers: response.headers };
    },
  };
}

function parseAnswer<Data>(text: string, status: number): Omit<GraphqlAnswer<Data>, 'status' | 'headers'> {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`HTTP ${status} without JSON: ${text.slice(0, 300)}`, { cause });
  }
}
