import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

/** Whom a test token speaks for. */
export interface TokenClaims {
  userId: string;
  /** USER unless told. */
  role?: 'USER' | 'ADMIN';
  scope?: string;
  sessionId?: string;
  /** Shopgraph's own issuer unless told. */
  issuer?: string;
  /** From now; an hour unless told, negative for a token that has expired. */
  expiresInSeconds?: number;
  /** Says when it was issued, unless told. */
  hasIssuedAt?: boolean;
}

/** Keys of a test's own, published where services look for them, and tokens signed with them. */
export interface TestTokens {
  jwksUrl: string;
  issuer: string;
  mint(claims: TokenClaims): Promise<string>;
  close(): Promise<void>;
}

/** Starts a server for the public key and mints tokens with the private one, so that no test has to hash a password to sign in. */
export async function testTokens(): Promise<TestTokens> {
  const issuer = 'shopgraph';
  const { publicKey, privateKey } = await generateKeyPair('EdDSA');
  const kid = randomUUID();
  // Two keys, as in the time after a rotation.
  const { publicKey: earlier } = await generateKeyPair('EdDSA');
  const jwks = JSON.stringify({
    keys: [
      { ...(await exportJWK(publicKey)), kid, alg: 'EdDSA', use: 'sig' },
      { ...(await exportJWK(earlier)), kid: randomUUID(), alg: 'EdDSA', use: 'sig' },
    ],
  });
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json').end(jwks);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    issuer,
    jwksUrl: `http://127.0.0.1:${port}/.well-known/jwks.json`,
    mint({ userId, role = 'USER', scope = '', sessionId = randomUUID(), expiresInSeconds = 3_600, ...rest }) {
      const now = Math.floor(Date.now() / 1000);
      const issuedAt = rest.hasIssuedAt === false ? {} : { iat: now };
      return new SignJWT({ userId, role, scope, sid: sessionId, ...issuedAt })
        .setProtectedHeader({ alg: 'EdDSA', kid })
        .setIssuer(rest.issuer ?? issuer)
        .setSubject(userId)
        .setExpirationTime(now + expiresInSeconds)
        .sign(privateKey);
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
