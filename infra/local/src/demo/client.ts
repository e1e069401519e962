import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';

export interface GraphQLAnswer<T> {
  data?: T | null;
  errors?: { message: string; extensions?: { code?: string } }[];
}

/** A GraphQL error where the story expected data. */
class UnexpectedErrors extends Error {
  override readonly name = 'UnexpectedErrors';
}

export interface ShopClient {
  /** Sends one operation and returns its data. Throws UnexpectedErrors for any GraphQL error. */
  send<T>(document: string, variables?: Record<string, unknown>): Promise<T>;
  /** The first event of a subscription; `subscribed` resolves when the gateway has accepted it. */
  firstEvent<T>(document: string, variables?: Record<string, unknown>): { event: Promise<T>; close(): void };
  withToken(token: string): ShopClient;
}

/** Who asks, for whoever looks at recorded usage. */
const named = { 'apollographql-client-name': 'shop-demo' };

/** Talks to the gateway as any client would: over HTTP and graphql-transport-ws. */
export function shopClient(gatewayUrl: string, token?: string): ShopClient {
  const authorization: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };

  return {
    async send<T>(document: string, variables: Record<string, unknown> = {}) {
      const response = await fetch(gatewayUrl, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json', ...named, ...authorization },
        body: JSON.stringify({ query: document, variables }),
      });
      const answer = (await response.json()) as GraphQLAnswer<T>;
      if (answer.errors?.length || !answer.data) throw new UnexpectedErrors(describe(answer, response.status));
      return answer.data;
    },

    firstEvent<T>(document: string, variables: Record<string, unknown> = {}) {
      const client = createClient({
        url: gatewayUrl.replace(/^http/, 'ws'),
        webSocketImpl: WebSocket,
        connectionParams: { ...named, ...authorization },
      });
      const event = new Promise<T>((resolve, reject) => {
        client.subscribe<T>(
          { query: document, variables },
          {
            next: ({ data, errors }) => (data ? resolve(data) : reject(new UnexpectedErrors(JSON.stringify(errors)))),
            error: (error) => reject(error instanceof Error ? error : new UnexpectedErrors(JSON.stringify(error))),
            complete: () => reject(new UnexpectedErrors('The subscription ended without an event.')),
          },
        );
      });
      return { event, close: () => void client.dispose() };
    },

    withToken: (newToken) => shopClient(gatewayUrl, newToken),
  };
}

function describe(answer: GraphQLAnswer<unknown>, status: number): string {
  const errors = answer.errors?.map(({ message, extensions }) => `${extensions?.code ?? 'error'}: ${message}`);
  return errors?.join('; ') ?? `HTTP ${status} without data`;
}
