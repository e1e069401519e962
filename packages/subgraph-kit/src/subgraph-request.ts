import type { BlockList } from 'node:net';
import type { Viewer } from '@shop/kernel';
import type { Logger } from '@shop/service-kit';
import type { GraphQLSchema } from 'graphql';
import type { RecentWrites } from './recent-writes.ts';
import type { Verifier } from './verifier.ts';

/** What a request brings, once its token is verified. */
export interface SubgraphRequest {
  viewer: Viewer;
  /** The `Idempotency-Key` header (or the older `idempotency_key`). */
  idempotencyKey: string | undefined;
  /** Where the operation came from: as a trusted gateway says, else the peer of the connection. */
  clientAddress: string;
  /** Marks the answer as one given before: `extensions.idempotentReplay` is true. */
  noteReplay(): void;
}

/** What this endpoint needs to find in every context; the rest is the subgraph's own. */
export type SubgraphContext = Pick<SubgraphRequest, 'viewer'>;

/** What answers at `/graphql`, and for whom. */
export interface SubgraphServerOptions<Context extends SubgraphContext> {
  schema: GraphQLSchema;
  verifier: Verifier;
  /** Makes the context of one request: a unit of work of its own. */
  context: (request: SubgraphRequest) => Context;
  log: Logger;
  /** The gateways whose word on client addresses is taken; none unless told. */
  trustedProxies?: BlockList;
  /** Where it is noted who has changed something; nowhere unless told. */
  recentWrites?: RecentWrites | null;
}
