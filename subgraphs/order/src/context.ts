import type { EntityManager } from '@mikro-orm/mysql';
import type { Clock, Viewer } from '@shop/kernel';
import type { Logger } from '@shop/service-kit';
import type { ReplicaReads, SubgraphRequest } from '@shop/subgraph-kit';
import type { Participants } from './participants.ts';
import type { PaymentProvider } from './payment-provider.ts';
import { createLoaders, type Loaders } from './reads/loaders.ts';
import type { SagaTiming } from './saga-timing.ts';

/** What driving an order takes, whoever asked for it. */
export interface SagaContext {
  /** A unit of work of its own. */
  em: EntityManager;
  clock: Clock;
  log: Logger;
  participants: Participants;
  /** Null where card payments are switched off. */
  provider: PaymentProvider | null;
  timing: SagaTiming;
  /** This process, as leases name it. */
  instanceId: string;
}

/** What a use case gets for one request. */
export interface OrderContext extends SagaContext {
  viewer: Viewer;
  idempotencyKey: string | undefined;
  noteReplay(): void;
  loaders: Loaders;
}

/** What lives as long as the process. */
export interface OrderServices {
  fork(): EntityManager;
  saga: Omit<SagaContext, 'em'>;
  replicaReads: ReplicaReads;
}

/** The context of one request; its unit of work is made when it is asked for. */
export function createContext({ fork, saga, replicaReads }: OrderServices, request: SubgraphRequest): OrderContext {
  let em: EntityManager | undefined;
  let loaders: Loaders | undefined;
  return {
    ...saga,
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
