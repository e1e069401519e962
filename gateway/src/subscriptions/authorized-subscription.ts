import { ServiceUnavailable } from '@shop/kernel';
import { type DocumentNode, getOperationAST, type OperationDefinitionNode, parse } from 'graphql';
import { coerceVariables } from '../errors/bad-variables.ts';
import { noSuchOperation, type Operation } from '../execution/operation.ts';
import { type Door, granteeOf } from '../guards/door.ts';
import { refusedAt } from '../guards/granted.ts';
import type { RefusedFields } from '../guards/refused-fields.ts';
import type { KnownOperation, KnowOperation } from '../operations/known-operations.ts';
import type { RequestContext } from '../request-context.ts';
import type { Supergraph } from '../supergraph/supergraph.ts';
import type { OperationRequest } from '../transport/operation-pipeline.ts';
import type { EventStream } from './event-stream.ts';
import { readSubscribedField, type SubscribedField } from './subscribed-field.ts';

/** A subscription as one supergraph has it, without what its viewer may not have. */
export interface AuthorizedSubscription {
  supergraph: Supergraph;
  stream: EventStream;
  /** The one that the subscriber listens to. */
  subject: string;
  subscribed: SubscribedField;
  operation: Operation;
  /** What each answer is to be without; null for nothing. */
  refused: RefusedFields | null;
}

/**
 * Rejects with a DomainError, a GraphQLError, or several of them in an AggregateError, what is not valid or not allowed:
 * with the supergraph as it is now, and with the token that is in the context now.
 */
export type AuthorizeSubscription = (
  supergraph: Supergraph,
  request: OperationRequest,
  context: RequestContext,
  options?: { isNew?: boolean },
) => Promise<AuthorizedSubscription>;

export function createAuthorizeSubscription(
  know: KnowOperation,
  door: Pick<Door, 'costOf' | 'admitOperation' | 'authorize'>,
): AuthorizeSubscription {
  const documents = new WeakMap<KnownOperation, Pick<Operation, 'document' | 'operation'>>();

  return async (supergraph, request, context, { isNew = false } = {}) => {
    const { text, operationName, extensions, variables = {} } = request;
    const known = know(supergraph, text, operationName);
    const { guarded, signature } = known;
    const coerced = coerceVariables(supergraph.apiSchema, signature, variables);
    if ('errors' in coerced) throw new AggregateError(coerced.errors);
    // One that is open has been paid for.
    if (isNew) {
      await door.admitOperation(guarded, door.costOf(guarded, coerced.values, context.client), context);
      request.onAdmitted?.();
      known.usage?.count(variables, context.app);
    }
    const allowed = await door.authorize(guarded, context);
    // A subscription has one field at its root: without it there is nothing to subscribe to.
    for (const { key } of allowed?.refused.placeholders.values() ?? []) throw refusedAt([key], granteeOf(context));
    const { document, operation } = allowed ?? documentOf(known, request);
    const subscribed = readSubscribedField(supergraph.apiSchema, {
      document,
      operation,
      variables,
      coerced: coerced.values,
    });
    const { name } = subscribed.field;
    const stream = supergraph.eventStreams.get(name);
    if (stream === undefined) throw new ServiceUnavailable(`${name} has no events to offer.`);
    return {
      supergraph,
      stream,
      subject: stream.subject.fill({ args: subscribed.args, viewerId: context.token?.viewerId ?? null }),
      subscribed,
      operation: {
        document,
        operation,
        operationName,
        variables,
        extensions,
        text: allowed?.text ?? text,
        context,
      },
      refused: allowed?.refused ?? null,
    };
  };

  /** The same for all that ask the same. */
  function documentOf(
    known: KnownOperation,
    { text, operationName }: OperationRequest,
  ): { document: DocumentNode; operation: OperationDefinitionNode } {
    const read = documents.get(known);
    if (read) return read;
    const document = parse(text, { noLocation: true });
    const operation = getOperationAST(document, operationName);
    if (!operation) throw noSuchOperation();
    documents.set(known, { document, operation });
    return { document, operation };
  }
}
