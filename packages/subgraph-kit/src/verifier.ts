import { isId, Unauthenticated, Viewer } from '@shop/kernel';
import { type BearerTokenOptions, createBearerTokens, type Logger, setting } from '@shop/service-kit';

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
  /** Is told when the keys cannot be had any more, and when they can again. */
  log?: Logger;
}

/** Knows who sent a request. */
export interface Verifier {
  /**
   * Returns who sent an `Authorization` header; without one, nobody. Throws Unauthenticated for a token that is
   * malformed, forged or expired, and ServiceUnavailable when the keys cannot be had.
   */
  viewerOf(authorization: string | undefined): Promise<Viewer>;
}

const ALGORITHMS = ['EdDSA', 'ES256'];
const ANONYMOUS = Promise.resolve(Viewer.anonymous);

/** Verifies access tokens here, whoever else has verified them: a forged header proves nothing anywhere. */
export function createVerifier({ leewaySeconds = 5, ...options }: VerifierOptions): Verifier {
  const tokens = createBearerTokens<Viewer>({
    ...options,
    leewaySeconds,
    algorithms: ALGORITHMS,
    claims: ['iat'],
    read: viewerIn,
  });
  return {
    viewerOf: (authorization) =>
      authorization === undefined || authorization === '' ? ANONYMOUS : tokens.verify(authorization),
  };
}

const viewerIn: BearerTokenOptions<Viewer>['read'] = ({ sub, role, scope, sid }) => {
  if (typeof sub !== 'string' || !isId(sub) || (role !== 'USER' && role !== 'ADMIN')) throw new Unauthenticated();
  return Viewer.signedIn({
    userId: sub,
    role,
    scopes: typeof scope === 'string' ? scope.split(' ') : [],
    sessionId: typeof sid === 'string' ? sid : null,
  });
};
