import { isId } from '@shop/kernel';
import type { UserContext } from '../context.ts';
import type { User } from '../domain/user.ts';

/** The viewer's own account, or null for nobody in particular. */
export async function findMe(ctx: UserContext): Promise<User | null> {
  return ctx.viewer.id === null ? null : ctx.loaders.user.load(ctx.viewer.id);
}

/** A user, for themselves and for an ADMIN; for everybody else who is signed in there is no such user. */
export async function findUser(ctx: UserContext, id: string): Promise<User | null> {
  ctx.viewer.mustBeSignedIn();
  return findReferencedUser(ctx, id);
}

/** The same for a user another subgraph refers to, where a viewer without a token is no error. */
export async function findReferencedUser(ctx: UserContext, id: string): Promise<User | null> {
  return isId(id) && ctx.viewer.maySee(id) ? ctx.loaders.user.load(id) : null;
}
