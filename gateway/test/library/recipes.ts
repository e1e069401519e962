import { ApolloLink } from '@apollo/client';
import { type Exchange, subscriptionExchange } from '@urql/core';
import type { GraphQLFormattedError } from 'graphql';
import type { Client as SseClient } from 'graphql-sse';
import type { Client as SocketClient } from 'graphql-ws';
import { tap } from 'rxjs';

export interface Told {
  data?: Record<string, unknown> | null | undefined;
  errors?: readonly GraphQLFormattedError[] | undefined;
  extensions?: { cursor?: string; eventId?: string } | undefined;
}

type Request = { query: string; variables?: Record<string, unknown> | undefined; cursor?: string | undefined };
type Failed = (error: unknown) => void;

// recipe: graphql-ws
export function followOverWebSocket(
  client: SocketClient,
  request: Request,
  tell: (told: Told) => void,
  failed: Failed,
  complete = () => {},
) {
  const { cursor, ...operation } = request;
  // graphql-ws sends this very object again when it reconnects, with the cursor that is in it by then.
  const extensions = { cursor };
  return client.subscribe<Record<string, unknown>, { cursor?: string }>(
    { ...operation, extensions },
    {
      next(result) {
        if (result.extensions?.cursor) extensions.cursor = result.extensions.cursor;
        tell(result);
      },
      error: failed,
      complete,
    },
  );
}
// end

// recipe: Apollo Client
/** Goes before the link that connects: `ApolloLink.from([resumingLink, new GraphQLWsLink(client)])`. */
export const resumingLink = new ApolloLink((operation, forward) =>
  forward(operation).pipe(
    tap(({ extensions }) => {
      // It is this object that graphql-ws sends again when it reconnects.
      if (extensions?.cursor) operation.extensions.cursor = extensions.cursor;
    }),
  ),
);
// end

// recipe: urql
export function resumingExchange(client: SocketClient): Exchange {
  return subscriptionExchange({
    forwardSubscription: ({ query = '', variables }) => ({
      subscribe: ({ next, error, complete }) => ({
        unsubscribe: followOverWebSocket(client, { query, variables }, next, error, complete),
      }),
    }),
  });
}
// end

// recipe: graphql-sse
export function followOverSse(connect: (headers: () => Record<string, string>) => SseClient, request: Request) {
  let cursor: string | undefined;
  // The client asks for its headers whenever it connects.
  const client = connect(() => ({ ...(cursor && { 'last-event-id': cursor }) }));
  return (tell: (told: Told) => void, failed: Failed) =>
    client.subscribe<Record<string, unknown>, { cursor?: string }>(request, {
      next(result) {
        cursor = result.extensions?.cursor ?? cursor;
        tell(result);
      },
      error: failed,
      complete() {},
    });
}
// end
