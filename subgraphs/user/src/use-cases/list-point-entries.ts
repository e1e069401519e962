import { BadUserInput } from '@shop/kernel';
import { type Connection, connectionOf, pageOf } from '@shop/subgraph-kit';
import type { UserContext } from '../context.ts';
import type { PointEntry } from '../domain/points.ts';

const ORDER = 'point-entries';

/** A page of a user's ledger, newest first. The caller has made sure that the viewer may see this user. */
export async function listPointEntries(
  ctx: UserContext,
  userId: string,
  args: { first?: number | null; after?: string | null },
): Promise<Connection<PointEntry>> {
  const page = pageOf(args, { order: ORDER });
  const before = page.after?.[0] ?? null;
  if (typeof before === 'string') throw new BadUserInput('after', 'after is not a cursor of this list.');
  const rows = await ctx.loaders.entries({ userId, before, limit: page.limit });
  return connectionOf(rows, page, { order: ORDER, valuesOf: ({ sequence }) => [sequence] });
}
