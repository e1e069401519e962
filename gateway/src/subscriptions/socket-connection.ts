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

/** Whose socket it is, as long as their token is good: with its expiry the socket is closed, for its client to come back. */
export class SocketViewer {
  readonly context: RequestContext;
  readonly #verifier: TokenVerifier;
  readonly #socket: Pick<WebSocket, 'close'>;
  #expiry: NodeJS.Timeout | undefined;
  #hasLeft = false;

  constructor(context: RequestContext, verifier: TokenVerifier, socket: Pick<WebSocket, 'close'>) {
    this.context = context;
    this.#verifier = verifier;
    this.#socket = socket;
  }

  /** False for a token that is none. */
  async enter(authorization: string | undefined): Promise<boolean> {
    try {
      this.context.token = await this.#verifier.verify(authorization);
      this.#closeInTime();
      return true;
    } catch (error) {
      if (error instanceof Unauthenticated) return false;
      this.#socket.close(TRY_AGAIN_LATER, 'Tokens cannot be verified right now');
      return true;
    }
  }

  /** Takes a newer token of the same viewer; any other closes the socket. False where there is none, or nobody can say. */
  async renew(payload: Record<string, unknown> | undefined): Promise<boolean> {
    const authorization = authorizationIn(payload);
    if (authorization === undefined) return false;
    try {
      const token = await this.#verifier.verify(authorization);
      if (token?.viewerId !== this.context.token?.viewerId) throw new Unauthenticated();
      this.context.token = token;
      this.#closeInTime();
      return true;
    } catch (error) {
      // When tokens cannot be verified right now, the one before is as good as it was.
      if (error instanceof Unauthenticated) {
        this.#socket.close(FORBIDDEN, 'The new token is not valid for this connection');
      }
      return false;
    }
  }

  leave(): void {
    this.#hasLeft = true;
    clearTimeout(this.#expiry);
  }

  #closeInTime(): void {
    clearTimeout(this.#expiry);
    const { expiresAt } = this.context.token ?? {};
    if (!expiresAt || this.#hasLeft) return;
    const left = Math.min(LONGEST_TIMER_MS, Math.max(0, expiresAt.getTime() - Date.now()));
    this.#expiry = setTimeout(() => this.#socket.close(FORBIDDEN, 'Token expired'), left);
  }
}
