import type { GraphQLSchema } from 'graphql';
import type { RegisteredOperation } from '../registered-operations.ts';
import type { Subgraph } from '../repository.ts';

/** The schema that a change starts from. */
export interface Base {
  /** How reports name it. */
  label: string;
  apiSchema: GraphQLSchema;
  /** Null where only an API schema or a supergraph is known. */
  subgraphs: Subgraph[] | null;
  /** Null where only an API schema or the subgraphs are known. */
  supergraphSdl: string | null;
  /** What clients that were built before send. */
  operations: RegisteredOperation[];
}
