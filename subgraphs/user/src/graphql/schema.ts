import { buildSubgraph, type Subgraph } from '@shop/subgraph-kit';
import type { UserContext } from '../context.ts';
import { findReferencedUser } from '../use-cases/find-user.ts';
import { ChargePointsResolver } from './charge-points.resolver.ts';
import { SessionResolver } from './session.resolver.ts';
import { UserResolver } from './user.resolver.ts';
import { UserType } from './user.type.ts';

export function userSchema(): Promise<Subgraph> {
  return buildSubgraph<UserContext>({
    resolvers: [UserResolver, SessionResolver, ChargePointsResolver],
    references: {
      // A stranger reached through an order or a coupon is as invisible as through user(id).
      User: async ({ id }, ctx) => {
        const user = await findReferencedUser(ctx, id);
        return user && UserType.from(user);
      },
    },
  });
}
