import { isId, type Role, ServiceUnavailable, Unauthenticated, Viewer } from '@shop/kernel';
import { setting } from '@shop/service-kit';
import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose';

/** What a process that verifies tokens reads from its environment. */
export const verifierSettings = {
  JWKS_URL: setting.url('http', 'https'),
  JWT_ISSUER: setting.text('shopgraph'),
  JWT_LEEWAY_SECONDS: setting.integer(5, { max: 300 }),
};

/** Whose tokens are trusted. */
export interface VerifierOptions {
  /** Where the issuer publishes its public keys (RFC 7517). */
  jwksUrl: string;
  issuer: string;
  /** How far this clock and the issuer's may be apart. */
  leewaySeconds?: number;
}

/** Knows who sent a request. */
export interface Verifier {
  /**
   * Returns who sent an `Authorization` header; without one, nobody. Throws Unauthenticated for a token that is
   * malformed, forged or expired, and ServiceUnavailable when the keys cannot be had.
   */
  viewerOf(authorization: string | undefined): Promise<Viewer>;
}

const REMEMBERED_TOKENS = 10_000;
const JWKS_TIMEOUT_MS = 2_000;

/** Verifies access tokens here, whoever else has verified them: a forged header proves nothing anywhere. */
export function createVerifier({ jwksUrl, issuer, leewaySeconds = 5 }: VerifierOptions): Verifier {
  const keys = createRemoteJWKSet(new URL(jwksUrl), { timeoutDuration: JWKS_TIMEOUT_MS });
  // By header. A signature costs as much as a small query; the same token comes with every request of its hour.
  const remembered = new Map<string, { viewer: Viewer; expiresAtMs: number }>();

  return {
    async viewerOf(authorization) {
      if (authorization === undefined || authorization === '') return Viewer.anonymous;
      const known = remembered.get(authorization);
      if (known && known.expiresAtMs > Date.now()) return known.viewer;
      remembered.delete(authorization);
      const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
      if (token === undefined) throw new Unauthenticated('The Authorization header must be "Bearer <token>".');
      const claims = await verify(token);
      const viewer = viewerFrom(claims);
      if (isPadded(authorization)) return viewer;
      if (remembered.size >= REMEMBERED_TOKENS) remembered.delete(remembered.keys().next().value as string);
      remembered.set(authorization, { viewer, expiresAtMs: ((claims.exp ?? 0) + leewaySeconds) * 1_000 });
      return viewer;
    },
  };

  async function verify(token: string): Promise<JWTPayload> {
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        clockTolerance: leewaySeconds,
        requiredClaims: ['sub', 'exp', 'iat'],
        algorithms: ['EdDSA', 'ES256'],
      });
      return payload;
    } catch (error) {
      if (isAboutTheToken(error)) throw new Unauthenticated('The token is not valid or has expired.', { cause: error });
      throw new ServiceUnavailable('Tokens cannot be verified right now. Try again shortly.', { cause: error });
    }
  }
}

/** As RFC 9110, 11.4 allows it: remembered, one token would be as many headers as it has room for spaces. */
function isPadded(authorization: string): boolean {
  return authorization.startsWith(' ', 'Bearer '.length);
}

function isAboutTheToken(error: unknown): boolean {
  if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) return false;
  if (error instanceof errors.JOSEError) return error.code !== 'ERR_JOSE_GENERIC';
  return error instanceof TypeError && /JWT|JWS|token/i.test(error.message);
}

function viewerFrom(claims: JWTPayload): Viewer {
  const { sub, role, scope, sid } = claims;
  if (typeof sub !== 'string' || !isId(sub) || (role !== 'USER' && role !== 'ADMIN')) throw new Unauthenticated();
  return Viewer.signedIn({
    userId: sub,
    role: role satisfies Role,
    scopes: typeof scope === 'string' ? scope.split(' ') : [],
    sessionId: typeof sid === 'string' ? sid : null,
  });
}
