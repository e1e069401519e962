import type { Client as SseClient } from 'graphql-sse';
import type { Client as SocketClient } from 'graphql-ws';

export interface Told {
  data?: Record<string, unknown> | null | undefined;
  errors?: unknown;
  extensions?: { cursor?: string; eventId?: string } | undefined;
}

type Request = { query: string; variables?: Record<string, unknown>; cursor?: string | undefined };
type Failed = (error: unknown) => void;

// recipe: graphql-ws
export function followOverWebSocket(
  client: SocketClient,
  request: Request,
  tell: (told: Told) => void,
  failed: Failed,
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
      complete() {},
    },
  );
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
