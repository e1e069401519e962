import type { IncomingHttpHeaders } from 'node:http';
import { Unauthenticated } from '@shop/kernel';
import type { WebSocket } from 'ws';
import type { TokenVerifier } from '../guards/token-verifier.ts';
import type { RequestContext } from '../request-context.ts';

const FORBIDDEN = 4403;
const TRY_AGAIN_LATER = 1013;
/** The longest a timer of Node can wait. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Browsers cannot set headers on a WebSocket, so the token comes in `connection_init`; other clients may use either. */
export function authorizationOf(
  params: Record<string, unknown> | undefined,
  headers: IncomingHttpHeaders,
): string | undefined {
  return authorizationIn(params) ?? authorizationIn(params?.headers) ?? headers.authorization;
}

function authorizationIn(source: unknown): string | undefined {
  if (typeof source !== 'object' || source === null) return undefined;
  for (const [name, value] of Object.entries(source)) {
    if (name.toLowerCase() === 'authorization' && value != null) return String(value);
  }
  return undefined;
}

/** Whose socket it is, as long as their token is good. */
export interface SocketViewer {
  /** False for a token that is none. */
  enter(authorization: string | undefined): Promise<boolean>;
  /** Takes a newer token of the same viewer; any other closes the socket. */
  renew(payload: Record<string, unknown> | undefined): Promise<void>;
}

/** The socket is closed with 4403 when its token expires, so that the client comes back with a new one. */
export function createSocketViewer(
  context: RequestContext,
  verifier: TokenVerifier,
  socket: Pick<WebSocket, 'close' | 'once'>,
  onRenewed: () => void,
): SocketViewer {
  let expiry: NodeJS.Timeout | undefined;
  socket.once('close', () => clearTimeout(expiry));

  function closeInTime(): void {
    clearTimeout(expiry);
    const { expiresAt } = context.token ?? {};
    if (!expiresAt) return;
    const left = Math.min(LONGEST_TIMER_MS, Math.max(0, expiresAt.getTime() - Date.now()));
    expiry = setTimeout(() => socket.close(FORBIDDEN, 'Token expired'), left);
  }

  return {
    async enter(authorization) {
      try {
        context.token = await verifier.verify(authorization);
        closeInTime();
        return true;
      } catch (error) {
        if (error instanceof Unauthenticated) return false;
        socket.close(TRY_AGAIN_LATER, 'Tokens cannot be verified right now');
        return true;
      }
    },
    async renew(payload) {
      const authorization = authorizationIn(payload);
      if (authorization === undefined) return;
      try {
        const token = await verifier.verify(authorization);
        if (token?.viewerId !== context.token?.viewerId) throw new Unauthenticated();
        context.token = token;
        closeInTime();
        onRenewed();
      } catch (error) {
        // When tokens cannot be verified right now, the one before is as good as it was.
        if (error instanceof Unauthenticated) socket.close(FORBIDDEN, 'The new token is not valid for this connection');
      }
    },
  };
}
