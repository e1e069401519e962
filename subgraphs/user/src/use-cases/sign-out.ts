import type { UserContext } from '../context.ts';
import { endSession } from './end-session.ts';

/** Ends the session of the viewer's token; false for a token that belongs to no session. Doing it twice changes nothing. */
export async function signOut(ctx: UserContext): Promise<boolean> {
  const userId = ctx.viewer.mustBeSignedIn();
  const family = ctx.viewer.sessionId;
  if (family === null) return false;
  await endSession(ctx.em, { userId, family, because: 'SIGNED_OUT' });
  return true;
}
