import { ApolloLink } from '@apollo/client';
import { CombinedGraphQLErrors } from '@apollo/client/errors';
import { type Exchange, subscriptionExchange } from '@urql/core';
import type { GraphQLFormattedError } from 'graphql';
import type { Client as SseClient } from 'graphql-sse';
import type { Client as SocketClient } from 'graphql-ws';
import { retry, tap, timer } from 'rxjs';

export interface Told {
  data?: Record<string, unknown> | null | undefined;
  errors?: readonly GraphQLFormattedError[] | undefined;
  extensions?: { cursor?: string; eventId?: string } | undefined;
}

export type FollowRequest = {
  query: string;
  variables?: Record<string, unknown> | undefined;
  cursor?: string | undefined;
};
type Failed = (error: unknown) => void;

// recipe: all
/** After a new schema: when to subscribe again, and from where on. Null for any other end. */
export function reloadIn(errors: unknown): { retryAfterMs: number; cursor?: string } | null {
  const [error] = Array.isArray(errors) ? errors : [];
  return error?.extensions?.code === 'SUBSCRIPTION_SCHEMA_RELOAD' ? error.extensions : null;
}
// end

// recipe: graphql-ws
export function followOverWebSocket(
  client: SocketClient,
  request: FollowRequest,
  tell: (told: Told) => void,
  failed: Failed,
  complete = () => {},
) {
  const { cursor, ...operation } = request;
  // graphql-ws sends this very object again when it reconnects, with the cursor that is in it by then.
  const extensions = { cursor };
  let leave = () => {};
  function follow() {
    leave = client.subscribe<Record<string, unknown>, { cursor?: string }>(
      { ...operation, extensions },
      {
        next(result) {
          if (result.extensions?.cursor) extensions.cursor = result.extensions.cursor;
          tell(result);
        },
        error(problem) {
          const reload = reloadIn(problem);
          if (reload === null) return failed(problem);
          extensions.cursor = reload.cursor;
          const waiting = setTimeout(follow, reload.retryAfterMs);
          leave = () => clearTimeout(waiting);
        },
        complete,
      },
    );
  }
  follow();
  return () => leave();
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
    retry({
      delay(problem) {
        const reload = reloadIn(CombinedGraphQLErrors.is(problem) && problem.errors);
        if (reload === null) throw problem;
        operation.extensions.cursor = reload.cursor;
        return timer(reload.retryAfterMs);
      },
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
export function followOverSse(connect: (headers: () => Record<string, string>) => SseClient, request: FollowRequest) {
  let cursor: string | undefined;
  // The client asks for its headers whenever it connects.
  const client = connect(() => ({ ...(cursor && { 'last-event-id': cursor }) }));
  return (tell: (told: Told) => void, failed: Failed) =>
    client.subscribe<Record<string, unknown>, { cursor?: string }>(request, {
      next(result) {
        const reload = reloadIn(result.errors);
        cursor = reload ? reload.cursor : (result.extensions?.cursor ?? cursor);
        // The client connects again by itself.
        if (reload === null) tell(result);
      },
      error: failed,
      complete() {},
    });
}
// end
