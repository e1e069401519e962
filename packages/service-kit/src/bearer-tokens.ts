import { BoundedMap, ServiceUnavailable, Unauthenticated } from '@shop/kernel';
import { createRemoteJWKSet, errors, type JWKSCacheInput, type JWTPayload, jwksCache, jwtVerify } from 'jose';
import type { Logger } from './logger.ts';
import { reasonOf } from './wait-until-there.ts';

/** Whose tokens are taken, and what is made of one. */
export interface BearerTokenOptions<T> {
  /** Where the issuer publishes its public keys (RFC 7517). */
  jwksUrl: string;
  /** Anybody whose keys these are unless told. */
  issuer?: string | undefined;
  /** The signatures that are taken (RFC 7518, 3.1). */
  algorithms: readonly string[];
  /** How far this clock and the issuer's may be apart. */
  leewaySeconds: number;
  /** Claims that a token must have beside `sub` and `exp`. */
  claims?: readonly string[];
  /** Makes of a verified token what `verify` returns; it has a `sub` and an `exp`. */
  read: (claims: JWTPayload, authorization: string) => T;
  /** Is told when the keys cannot be had any more, and when they can again. */
  log?: Logger | undefined;
  /** Ms since 1970, which say whether a token has expired. */
  now?: () => number;
  /** Ms of a clock that nobody sets, which say how old the keys are. */
  uptime?: () => number;
}

/** Knows what bearer tokens (RFC 6750) are worth. */
export interface BearerTokens<T> {
  /**
   * Returns what was read from the token of an `Authorization` header. Throws Unauthenticated for one that is malformed,
   * forged, expired or signed with a key that was withdrawn, and ServiceUnavailable when the keys cannot be had.
   */
  verify(authorization: string): Promise<T>;
}

const REMEMBERED_TOKENS = 10_000;
const JWKS_TIMEOUT_MS = 2_000;
/** How soon an unknown key id may make us ask for the keys again: a rotated key must not lock its users out for long. */
const ASK_FOR_UNKNOWN_AFTER_MS = 2_000;
/** How old the keys get before they are asked for again, which no request waits for. */
const RENEW_AFTER_MS = 30_000;
/** When requests do wait for it: a key withdrawn in a quiet hour is good for nothing after a minute either. */
const WAIT_AFTER_MS = 50_000;

/**
 * Verifies each token once. It is taken until it expires, or until its key is no longer published, which is noticed
 * within a minute. While the issuer does not answer, the keys it had last stand: for tokens that were verified before, and
 * for ten minutes for any other.
 */
export function createBearerTokens<T>(options: BearerTokenOptions<T>): BearerTokens<T> {
  const { jwksUrl, issuer, algorithms, leewaySeconds, claims = [], read, log } = options;
  const { now = Date.now, uptime = () => performance.now() } = options;
  // Where jose puts each set that it loads.
  const loaded: JWKSCacheInput = {};
  const keys = createRemoteJWKSet(new URL(jwksUrl), {
    timeoutDuration: JWKS_TIMEOUT_MS,
    cooldownDuration: ASK_FOR_UNKNOWN_AFTER_MS,
    [jwksCache]: loaded,
  });
  const checks = {
    ...(issuer !== undefined && { issuer }),
    algorithms: [...algorithms],
    clockTolerance: leewaySeconds,
    requiredClaims: ['sub', 'exp', ...claims],
  };

  // By header, since a signature costs as much as a small query. All of them are of keys that are `published`.
  let verified = new BoundedMap<string, { value: T; endsAt: number }>(REMEMBERED_TOKENS);
  let published: readonly string[] = [];
  let publishedIn: unknown;
  /** When the keys were last asked for; there is nothing to renew before they were there once. */
  let askedAt = Number.POSITIVE_INFINITY;
  let cannotBeHad = false;
  let renewing: Promise<void> | undefined;

  return {
    async verify(authorization) {
      const age = uptime() - askedAt;
      if (age >= RENEW_AFTER_MS) {
        const renewed = renew();
        if (age >= WAIT_AFTER_MS) await renewed;
      }
      const known = verified.get(authorization);
      if (known !== undefined && now() < known.endsAt) return known.value;
      return verifyAnew(authorization);
    },
  };

  async function verifyAnew(authorization: string): Promise<T> {
    const jwt = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
    if (jwt === undefined) throw new Unauthenticated('The Authorization header must be "Bearer <token>".');
    const { claims, keySet } = await verifiedClaims(jwt);
    const value = read(claims, authorization);
    // Where the keys have changed meanwhile, nobody knows whether the token's is still among them.
    if (keySet === loaded.jwks && !isPadded(authorization)) {
      notePublished();
      verified.set(authorization, { value, endsAt: (Number(claims.exp) + leewaySeconds) * 1_000 });
    }
    return value;
  }

  async function verifiedClaims(jwt: string): Promise<{ claims: JWTPayload; keySet: unknown }> {
    try {
      if (loaded.jwks === undefined) await ask();
      const keySet: unknown = loaded.jwks;
      const { payload } = await jwtVerify(jwt, keys, { ...checks, currentDate: new Date(now()) });
      return { claims: payload, keySet };
    } catch (error) {
      throw isAboutTheToken(error)
        ? new Unauthenticated('The token is not valid or has expired.', { cause: error })
        : new ServiceUnavailable('Tokens cannot be verified right now. Try again shortly.', { cause: error });
    }
  }

  /** Also where that fails it is not done again at once: requests must not ask an issuer that is away one after the other. */
  async function ask(): Promise<void> {
    const at = uptime();
    try {
      await keys.reload();
      if (cannotBeHad) log?.info('The keys of tokens can be had again.');
      cannotBeHad = false;
    } catch (error) {
      // What fetch throws says why in its cause.
      const reason = reasonOf(error instanceof TypeError ? (error.cause ?? error) : error);
      if (!cannotBeHad) log?.warn({ reason }, 'The keys of tokens cannot be had; trying again until they can.');
      cannotBeHad = true;
      throw error;
    } finally {
      askedAt = at;
    }
  }

  function renew(): Promise<void> {
    renewing ??= ask()
      .catch(() => {})
      .then(() => {
        renewing = undefined;
        notePublished();
      });
    return renewing;
  }

  /** Where a key is gone, all tokens are verified again: that is rare, and a new key beside the others is not such a case. */
  function notePublished(): void {
    if (publishedIn === loaded.jwks) return;
    publishedIn = loaded.jwks;
    const texts = (loaded.jwks?.keys ?? []).map((key) => JSON.stringify(key));
    if (!published.every((key) => texts.includes(key))) verified = new BoundedMap(REMEMBERED_TOKENS);
    published = texts;
  }
}

/** As RFC 9110, 11.4 allows it: remembered, one token would be as many headers as it has room for spaces. */
function isPadded(authorization: string): boolean {
  return authorization.startsWith(' ', 'Bearer '.length);
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
