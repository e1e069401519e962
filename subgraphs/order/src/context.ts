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
  contextOf(): SagaContext;
  replicaReads: ReplicaReads;
}

export function createContext({ contextOf, replicaReads }: OrderServices, request: SubgraphRequest): OrderContext {
  const saga = contextOf();
  const readReplica = replicaReads.readerFor(request.viewer, saga.em);
  return { ...saga, ...request, loaders: createLoaders({ em: saga.em, readReplica }) };
}
