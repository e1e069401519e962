import { type BearerTokenOptions, createBearerTokens } from '@shop/service-kit';

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

export interface TokenVerifier {
  /** Null without a header. Throws Unauthenticated, or ServiceUnavailable when the keys cannot be had. */
  verify(authorization: string | undefined): Promise<ViewerToken | null>;
}

export type TokenSettings = Pick<BearerTokenOptions<ViewerToken>, 'jwksUrl' | 'issuer' | 'leewaySeconds' | 'log'>;

const ALGORITHMS = ['EdDSA', 'ES256', 'ES384', 'RS256', 'PS256'];
const NO_TOKEN = Promise.resolve(null);

export function createTokenVerifier(settings: TokenSettings): TokenVerifier {
  const tokens = createBearerTokens<ViewerToken>({
    ...settings,
    algorithms: ALGORITHMS,
    read: ({ sub, exp, scope, scp }, authorization) => ({
      authorization,
      viewerId: String(sub),
      scopes: scopesIn(scope ?? scp),
      expiresAt: new Date(Number(exp) * 1_000),
    }),
  });
  return {
    verify: (authorization) => (authorization === undefined ? NO_TOKEN : tokens.verify(authorization)),
  };
}

/** With no keys configured every token goes on unread, and the subgraphs decide what it is worth. */
export const unverified: TokenVerifier = {
  verify: async (authorization) =>
    authorization === undefined ? null : { authorization, viewerId: null, scopes: [], expiresAt: null },
};

/** `scope` separated by spaces (RFC 8693), or `scp` as some issuers write it. */
function scopesIn(given: unknown): string[] {
  if (Array.isArray(given)) return given.map(String);
  return typeof given === 'string' ? given.split(' ').filter((name) => name !== '') : [];
}
