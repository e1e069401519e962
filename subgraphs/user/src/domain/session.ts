import { Refusal } from '@shop/kernel';
import type { User } from './user.ts';

/** What a client gets that has proven who it is. */
export interface Session {
  accessToken: string;
  refreshToken: string;
  /** When the access token expires. */
  expiresAt: Date;
  user: User;
}

/** Says the same for an unknown address and a wrong password: which of them it was is nobody's business. */
export function invalidCredentials() {
  return new Refusal({ code: 'INVALID_CREDENTIALS', message: 'E-mail address or password is wrong.', path: null });
}

export function refreshTokenInvalid() {
  return new Refusal({
    code: 'REFRESH_TOKEN_INVALID',
    message: 'This session is over. Sign in again.',
    path: ['input', 'refreshToken'],
  });
}

export function refreshTokenReused() {
  return new Refusal({
    code: 'REFRESH_TOKEN_REUSED',
    message: 'This refresh token was used before, so its session was ended. Sign in again.',
    path: ['input', 'refreshToken'],
  });
}
