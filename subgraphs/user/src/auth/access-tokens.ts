import { SignJWT } from 'jose';
import { scopeOf, type User } from '../domain/user.ts';
import { ACCESS_TOKEN_SECONDS, ALGORITHM } from './signing-key-table.ts';
import type { SigningKeys } from './signing-keys.ts';

export interface AccessToken {
  token: string;
  expiresAt: Date;
}

export interface AccessTokens {
  /** A JWT that proves for an hour who somebody is; no e-mail address or other personal data in it. */
  issue(user: User, sessionId: string): Promise<AccessToken>;
}

export function createAccessTokens(keys: SigningKeys, issuer: string): AccessTokens {
  return {
    async issue(user, sessionId) {
      const { kid, privateKey } = await keys.current();
      const issuedAt = Math.floor(Date.now() / 1_000);
      const expiresAt = issuedAt + ACCESS_TOKEN_SECONDS;
      const token = await new SignJWT({
        userId: user.id,
        role: user.role,
        scope: scopeOf(user.role),
        sid: sessionId,
      })
        .setProtectedHeader({ alg: ALGORITHM, kid, typ: 'JWT' })
        .setIssuer(issuer)
        .setSubject(user.id)
        .setIssuedAt(issuedAt)
        .setExpirationTime(expiresAt)
        .sign(privateKey);
      return { token, expiresAt: new Date(expiresAt * 1_000) };
    },
  };
}
