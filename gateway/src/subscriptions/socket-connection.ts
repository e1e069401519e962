import type { IncomingHttpHeaders } from 'node:http';
import { Unauthenticated } from '@shop/kernel';
import type { WebSocket } from 'ws';
import type { TokenVerifier, ViewerToken } from '../guards/token-verifier.ts';

const FORBIDDEN = 4403;
const TRY_AGAIN_LATER = 1013;
/** The longest a timer of Node can wait. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Browsers cannot set headers on a WebSocket, so the token comes in `connection_init`; other clients may use either. */
export function authorizationOf(
  params: Record<string, unknown> | undefined,
  headers: IncomingHttpHeaders,
): string | undefined {
  const { headers: nested } = params ?? {};
  for (const source of [params, nested]) {
    if (typeof source !== 'object' || source === null) continue;
    for (const [name, value] of Object.entries(source)) {
      if (name.toLowerCase() === 'authorization' && value != null) return String(value);
    }
  }
  return headers.authorization;
}

/** Whose socket it is. It is closed with 4403 when its token expires, so that the client comes back with a new one. */
export async function connectionOf(
  authorization: string | undefined,
  verifier: TokenVerifier,
  socket: WebSocket,
): Promise<{ token: ViewerToken | null } | 'refused'> {
  try {
    const token = await verifier.verify(authorization);
    if (token?.expiresAt) closeAt(token.expiresAt, socket);
    return { token };
  } catch (error) {
    if (error instanceof Unauthenticated) return 'refused';
    socket.close(TRY_AGAIN_LATER, 'Tokens cannot be verified right now');
    return { token: null };
  }
}

function closeAt(expiresAt: Date, socket: WebSocket): void {
  const left = Math.min(LONGEST_TIMER_MS, Math.max(0, expiresAt.getTime() - Date.now()));
  const timer = setTimeout(() => socket.close(FORBIDDEN, 'Token expired'), left);
  socket.once('close', () => clearTimeout(timer));
}
