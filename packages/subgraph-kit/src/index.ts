// type-graphql needs it before the first decorated class, and every subgraph's classes come after this package.
import 'reflect-metadata';

export * from './build-subgraph.ts';
export * from './connection-type.ts';
export * from './database.ts';
export * from './driver-errors.ts';
export * from './event-stream.ts';
export * from './format-error.ts';
export * from './idempotency.ts';
export * from './late-holds.ts';
export * from './loader.ts';
export * from './pagination.ts';
export * from './payload.ts';
export * from './recent-writes.ts';
export * from './replica-reads.ts';
export * from './run-subgraph.ts';
export * from './scalars.ts';
export * from './serve-subgraph.ts';
export * from './subgraph-request.ts';
export * from './transactional.ts';
export * from './types.ts';
export * from './verifier.ts';
