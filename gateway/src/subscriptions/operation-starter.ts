import { ServiceUnavailable } from '@shop/kernel';
import { type FormattedExecutionResult, Kind, OperationTypeNode } from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import { coerceVariables } from '../errors/bad-variables.ts';
import type { Operation } from '../execution/operation.ts';
import { type Door, granteeOf } from '../guards/door.ts';
import type { AuthorizedOperation } from '../guards/field-authorization.ts';
import { refusedAt } from '../guards/granted.ts';
import { nullRefused } from '../guards/refused-fields.ts';
import type { RequestContext } from '../request-context.ts';
import { NOT_YET } from '../supergraph/hold-while-answering.ts';
import type { LiveSupergraph } from '../supergraph/live-supergraph.ts';
import type { Supergraph } from '../supergraph/supergraph.ts';
import { textIn } from '../transport/asked-operation.ts';
import type { KnownOperation, KnowOperation } from '../transport/known-operations.ts';
import { type OperationPipeline, resultOf } from '../transport/operation-pipeline.ts';
import { readOperation } from './read-operation.ts';
import type { SocketServerOptions, StartedOperation } from './socket-server.ts';
import type { Answers, Subscriptions } from './subscriptions.ts';

export interface OperationStarterOptions {
  supergraph: LiveSupergraph;
  subscriptions: Subscriptions;
  pipeline: OperationPipeline;
  know: KnowOperation;
  door: Door;
}

/** Begins what comes in over a socket: subscriptions here, queries and mutations where they go over HTTP too. */
export function operationStarter({
  supergraph,
  subscriptions,
  pipeline,
  know,
  door,
}: OperationStarterOptions): SocketServerOptions['start'] {
  return async (payload, context) => {
    if (supergraph.absence() !== null) throw new ServiceUnavailable(NOT_YET);
    const release = supergraph.hold();
    try {
      return await begin(payload, context);
    } finally {
      release();
    }
  };

  async function begin(payload: SubscribePayload, context: RequestContext): Promise<StartedOperation> {
    await door.admitAddress(context.client);
    await door.admitViewer(context);
    const query = door.trustedText(payload) ?? payload.query;
    door.admitDocument(textIn({ query }), payload.variables, context.client);

    const current = supergraph.current();
    const { operationName, variables } = payload;
    const known = know(current, query, operationName ?? undefined);
    const document = { kind: Kind.DOCUMENT, definitions: [known.signature] } as const;
    const args = { schema: current.apiSchema, document, operationName };
    if (known.kind === OperationTypeNode.SUBSCRIPTION) {
      return { args, result: await openGuarded(current, known, readOperation({ ...payload, query }, context)) };
    }
    const request = { text: query, operationName: operationName ?? undefined, variables: variables ?? undefined };
    const answer = await pipeline.answer({ ...request, extensions: payload.extensions ?? undefined }, context);
    return { args, result: resultOf(answer) };
  }

  async function openGuarded(current: Supergraph, { guarded }: KnownOperation, operation: Operation): Promise<Answers> {
    const variables = coerceVariables(current.apiSchema, operation.operation, operation.variables);
    if ('errors' in variables) throw new AggregateError(variables.errors);
    const { context } = operation;
    await door.admitOperation(guarded, door.costOf(guarded, variables.values, context.client), context);
    const authorized = await door.authorize(guarded, context);
    if (authorized === null) return subscriptions.open(current, operation);
    // A subscription has one field at its root: without it there is nothing to subscribe to.
    for (const { key } of authorized.refused.placeholders.values()) throw refusedAt([key], granteeOf(context));
    const { document, operation: allowed, text } = authorized;
    const answers = await subscriptions.open(current, { ...operation, document, operation: allowed, text });
    return nulledAnswers(answers, authorized, context);
  }
}

/** What is refused of an operation is refused of each of its answers. */
function nulledAnswers(answers: Answers, { refused }: AuthorizedOperation, context: RequestContext): Answers {
  const nulled = (result: FormattedExecutionResult) =>
    nullRefused(result, refused, (path) => refusedAt(path, granteeOf(context)).toJSON());
  const each = (next: IteratorResult<FormattedExecutionResult, void>) =>
    next.done ? next : { done: false as const, value: nulled(next.value) };
  // No generator: its `return` would wait for the answer that is waited for, and the subscription would stay open.
  return {
    next: async () => each(await answers.next()),
    return: async () => each(await answers.return()),
    throw: async (error) => each(await answers.throw(error)),
    [Symbol.asyncIterator]() {
      return this;
    },
    [Symbol.asyncDispose]: async () => void (await answers.return()),
  };
}
