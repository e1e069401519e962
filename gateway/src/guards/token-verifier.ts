import { BoundedMap, ServiceUnavailable, Unauthenticated } from '@shop/kernel';
import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose';

/** A token as it came: subgraphs get the same one and verify it again, so that a forged header proves nothing anywhere. */
export interface ViewerToken {
  /** The whole `Authorization` header. */
  authorization: string;
  /** Null where no keys are configured: nobody is taken for anyone then. */
  viewerId: string | null;
  /** What the issuer lets its bearer do. */
  scopes: readonly string[];
  expiresAt: Date | null;
}

type VerifiedToken = ViewerToken & { viewerId: string; expiresAt: Date };

export interface TokenVerifier {
  /** Null without a header. Throws Unauthenticated, or ServiceUnavailable when the keys cannot be had. */
  verify(authorization: string | undefined): Promise<ViewerToken | null>;
}

export interface TokenSettings {
  jwksUrl: string;
  issuer?: string;
  leewaySeconds: number;
}

const REMEMBERED_TOKENS = 10_000;
/** A token whose key was withdrawn must not be taken for good until it expires. */
const REMEMBERED_MS = 60_000;
/** How soon an unknown key id may make us ask for the keys again: a rotated key must not lock its users out for long. */
const REFETCH_AFTER_MS = 2_000;
const ALGORITHMS = ['EdDSA', 'ES256', 'ES384', 'RS256', 'PS256'];

/** Verifies a token once a minute, and not again while it is valid. */
export function createTokenVerifier(
  { jwksUrl, issuer, leewaySeconds }: TokenSettings,
  now: () => number = Date.now,
): TokenVerifier {
  const keys = createRemoteJWKSet(new URL(jwksUrl), { timeoutDuration: 2_000, cooldownDuration: REFETCH_AFTER_MS });
  const verified = new BoundedMap<string, { token: VerifiedToken; until: number }>(REMEMBERED_TOKENS);

  return {
    async verify(authorization) {
      if (authorization === undefined) return null;
      const known = verified.get(authorization);
      if (known && now() < known.until) return known.token;
      const token = await verifyWith(authorization);
      if (isPadded(authorization)) return token;
      const endsAt = token.expiresAt.getTime() + leewaySeconds * 1_000;
      verified.set(authorization, { token, until: Math.min(endsAt, now() + REMEMBERED_MS) });
      return token;
    },
  };

  async function verifyWith(authorization: string): Promise<VerifiedToken> {
    const [, jwt] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
    if (jwt === undefined) throw new Unauthenticated('The Authorization header must be "Bearer <token>".');
    try {
      const { payload } = await jwtVerify(jwt, keys, {
        issuer,
        algorithms: ALGORITHMS,
        clockTolerance: leewaySeconds,
        currentDate: new Date(now()),
        requiredClaims: ['sub', 'exp'],
      });
      return {
        authorization,
        viewerId: String(payload.sub),
        scopes: scopesIn(payload),
        expiresAt: new Date(Number(payload.exp) * 1_000),
      };
    } catch (error) {
      throw isAboutTheToken(error)
        ? new Unauthenticated('The token is not valid or has expired.', { cause: error })
        : new ServiceUnavailable('Tokens cannot be verified right now. Try again shortly.', { cause: error });
    }
  }
}

/** With no keys configured every token goes on unread, and the subgraphs decide what it is worth. */
export const unverified: TokenVerifier = {
  verify: async (authorization) =>
    authorization === undefined ? null : { authorization, viewerId: null, scopes: [], expiresAt: null },
};

/** As RFC 9110, 11.4 allows it: remembered, one token would be as many headers as it has room for spaces. */
function isPadded(authorization: string): boolean {
  return authorization.startsWith(' ', 'Bearer '.length);
}

/** `scope` separated by spaces (RFC 8693), or `scp` as some issuers write it. */
function scopesIn({ scope, scp }: JWTPayload): string[] {
  const given: unknown = scope ?? scp;
  if (Array.isArray(given)) return given.map(String);
  return typeof given === 'string' ? given.split(' ').filter((name) => name !== '') : [];
}

function isAboutTheToken(error: unknown): boolean {
  return (
    error instanceof errors.JWTExpired ||
    error instanceof errors.JWTClaimValidationFailed ||
    error instanceof errors.JWTInvalid ||
    error instanceof errors.JWSInvalid ||
    error instanceof errors.JWSSignatureVerificationFailed ||
    error instanceof errors.JWKSNoMatchingKey ||
    // It names no key, and there are several it could be of.
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSEAlgNotAllowed ||
    error instanceof errors.JOSENotSupported
  );
}
