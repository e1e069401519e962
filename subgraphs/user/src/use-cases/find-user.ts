import { isId } from '@shop/kernel';
import type { UserContext } from '../context.ts';
import type { User } from '../domain/user.ts';

/** The viewer's own account, or null for nobody in particular. */
export async function findMe(ctx: UserContext): Promise<User | null> {
  return ctx.viewer.id === null ? null : ctx.loaders.user.load(ctx.viewer.id);
}

/** A user, for themselves and for an ADMIN; for everybody else there is no such user. */
export async function findUser(ctx: UserContext, id: string): Promise<User | null> {
  return isId(id) && ctx.viewer.maySee(id) ? ctx.loaders.user.load(id) : null;
}
