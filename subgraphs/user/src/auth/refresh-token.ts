import { createHash, randomBytes } from 'node:crypto';

const PATTERN = /^[A-Za-z0-9_-]{43}$/;

/** The token goes to the client, its hash is what we keep. */
export interface RefreshToken {
  token: string;
  hash: string;
}

export function newRefreshToken(): RefreshToken {
  const token = randomBytes(32).toString('base64url');
  return { token, hash: sha256(token) };
}

/** The hash of a token a client sent, or null when it cannot be one of ours. */
export function refreshTokenHash(token: string): string | null {
  return PATTERN.test(token) ? sha256(token) : null;
}

// The token is 256 random bits: nothing to guess, so nothing to slow down.
function sha256(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
