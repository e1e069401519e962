import type { EntityManager } from '@mikro-orm/mysql';
import type { Clock, Viewer } from '@shop/kernel';
import type { ReplayCache, TokenBucket } from '@shop/redis';
import type { Logger } from '@shop/service-kit';
import type { ReplicaReads, SubgraphRequest } from '@shop/subgraph-kit';
import type { AccessTokens } from './auth/access-tokens.ts';
import type { PasswordHasher } from './auth/password-hasher.ts';
import type { SessionCache } from './auth/session-cache.ts';
import { createLoaders, type Loaders } from './reads/loaders.ts';

/** What lives as long as the process. */
export interface UserServices {
  fork(): EntityManager;
  replicaReads: ReplicaReads;
  clock: Clock;
  log: Logger;
  passwords: PasswordHasher;
  accessTokens: AccessTokens;
  sessionCache: SessionCache;
  signInLimit: TokenBucket;
  replays: ReplayCache;
  refreshTokenDays: number;
}

/** What a use case gets: one request's unit of work, who asks, and the services. */
export interface UserContext extends Omit<UserServices, 'fork' | 'replicaReads'> {
  em: EntityManager;
  viewer: Viewer;
  idempotencyKey: string | undefined;
  noteReplay(): void;
  loaders: Loaders;
}

/** The context of one request; its unit of work is made when it is asked for. */
export function createContext(
  { fork, replicaReads, ...services }: UserServices,
  request: SubgraphRequest,
): UserContext {
  let em: EntityManager | undefined;
  let loaders: Loaders | undefined;
  return {
    ...services,
    ...request,
    get em() {
      em ??= fork();
      return em;
    },
    get loaders() {
      loaders ??= createLoaders(this, replicaReads.readerFor(request.viewer, this));
      return loaders;
    },
  };
}
