import { type GraphQLSchema, validate } from 'graphql';
import type { RegisteredOperation } from '../registered-operations.ts';

export interface BrokenOperation {
  operation: RegisteredOperation;
  /** Why it is no longer valid. */
  reasons: string[];
}

/** The operations that were valid before and are not any more. */
export function brokenOperations(
  operations: readonly RegisteredOperation[],
  before: GraphQLSchema,
  after: GraphQLSchema,
): BrokenOperation[] {
  return operations.flatMap((operation) => {
    const errors = validate(after, operation.document);
    if (errors.length === 0 || validate(before, operation.document).length > 0) return [];
    return [{ operation, reasons: errors.map(({ message }) => message) }];
  });
}
