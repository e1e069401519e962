import { RateLimited } from '@shop/kernel';
import type { FormattedExecutionResult, GraphQLFormattedError } from 'graphql';
import { CloseCode, type Message, MessageType, type SubscribePayload, validateMessage } from 'graphql-ws';
import { answerEndingMessage } from './answer-text.ts';
import { TooSlow } from './delivery.ts';
import type { Answers } from './subscriptions.ts';

/** The one who is connected. */
export interface TransportSocket {
  send(text: string): void;
  /**
   * Sends an answer under a client's id (as JSON); the answer ends the message it is in. Resolves when the client can take
   * more; undefined when it can at once.
   */
  next(id: string, answer: Buffer): Promise<void> | undefined;
  close(code: number, reason: string): void;
}

export interface TransportHooks {
  /** False for one that may not come in. */
  connect(params: Record<string, unknown> | undefined): Promise<boolean>;
  /** A client brings a newer token in a ping. */
  ping(payload: Record<string, unknown> | undefined): void;
  start(payload: SubscribePayload): Promise<Begun>;
  /** What a client is told of what ended its operation. */
  tell(error: unknown): readonly GraphQLFormattedError[];
  maxOperations: number;
}

export type Begun = { result: Answers | FormattedExecutionResult } | { refused: readonly GraphQLFormattedError[] };

/** One client's connection. */
export interface Transport {
  message(text: string): Promise<void>;
  closed(): void;
}

const CONNECTION_INIT_WITHIN_MS = 3_000;
const COME_BACK_AFTER_MS = 1_000;
/** Try again later (RFC 6455's registry). */
const TRY_AGAIN_LATER = 1013;
/** Kept as long as its operation is open, and sent with each answer. */
const LONGEST_ID = 256;

/** One operation of a client. */
interface Running {
  id: string;
  /** Null until it has begun, and for a query. */
  answers: Answers | null;
}

/**
 * The server's side of graphql-transport-ws, as graphql-ws has it, with answers as text that many share.
 * https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
 */
export function createTransport(socket: TransportSocket, hooks: TransportHooks): Transport {
  /** By the client's id, which may be another operation's as soon as this one is over. */
  const operations = new Map<string, Running>();
  let state: 'new' | 'connecting' | 'connected' | 'closed' = 'new';
  const patience = setTimeout(() => {
    if (state === 'new') close(CloseCode.ConnectionInitialisationTimeout, 'Connection initialisation timeout');
  }, CONNECTION_INIT_WITHIN_MS);

  function close(code: number, reason: string): void {
    socket.close(code, reason);
  }

  async function connect(params: Record<string, unknown> | undefined): Promise<void> {
    if (state !== 'new') return close(CloseCode.TooManyInitialisationRequests, 'Too many initialisation requests');
    state = 'connecting';
    const isWelcome = await hooks.connect(params);
    if (state !== 'connecting') return;
    if (!isWelcome) return close(CloseCode.Forbidden, 'Forbidden');
    state = 'connected';
    socket.send(JSON.stringify({ type: MessageType.ConnectionAck }));
  }

  async function subscribe(id: string, payload: SubscribePayload): Promise<void> {
    if (state !== 'connected') return close(CloseCode.Unauthorized, 'Unauthorized');
    if (operations.has(id)) return close(CloseCode.SubscriberAlreadyExists, `Subscriber for ${id} already exists`);
    const isOneTooMany = operations.size >= hooks.maxOperations;
    const operation: Running = { id, answers: null };
    operations.set(id, operation);
    try {
      if (isOneTooMany) throw new RateLimited(COME_BACK_AFTER_MS);
      const begun = await hooks.start(payload);
      if ('refused' in begun) return fail(operation, begun.refused);
      const { result } = begun;
      if (!(Symbol.asyncIterator in result)) await next(operation, result);
      else if (isOpen(operation)) await tell(operation, result);
      else await result.return();
      if (end(operation)) socket.send(JSON.stringify({ id, type: MessageType.Complete }));
    } catch (error) {
      if (error instanceof TooSlow) close(TRY_AGAIN_LATER, 'Too slow: come back with your last cursor');
      else if (isOpen(operation)) fail(operation, hooks.tell(error));
    }
  }

  function isOpen(operation: Running): boolean {
    return operations.get(operation.id) === operation;
  }

  /** False for one that was over before. */
  function end(operation: Running): boolean {
    return isOpen(operation) && operations.delete(operation.id);
  }

  function fail(operation: Running, payload: readonly GraphQLFormattedError[]): void {
    if (end(operation)) socket.send(JSON.stringify({ id: operation.id, type: MessageType.Error, payload }));
  }

  async function tell(operation: Running, answers: Answers): Promise<void> {
    operation.answers = answers;
    for await (const answer of answers) {
      const taken = next(operation, answer);
      if (taken) await taken;
    }
  }

  function next(operation: Running, answer: FormattedExecutionResult): Promise<void> | undefined {
    if (!isOpen(operation)) return undefined;
    return socket.next(JSON.stringify(operation.id), answerEndingMessage(answer));
  }

  async function leave(id: string): Promise<void> {
    const operation = operations.get(id);
    operations.delete(id);
    await operation?.answers?.return();
  }

  return {
    async message(text) {
      const message = readMessage(text);
      if (message === null) return close(CloseCode.BadRequest, 'Invalid message received');
      switch (message.type) {
        case MessageType.ConnectionInit:
          return connect(message.payload);
        case MessageType.Ping:
          hooks.ping(message.payload);
          return void socket.send(JSON.stringify({ type: MessageType.Pong, payload: pongOf(message.payload) }));
        case MessageType.Pong:
          return;
        case MessageType.Subscribe:
          return subscribe(message.id, message.payload);
        case MessageType.Complete:
          return leave(message.id);
        default:
          return close(CloseCode.BadRequest, `Unexpected message of type ${message.type} received`);
      }
    },
    closed() {
      state = 'closed';
      clearTimeout(patience);
      for (const id of [...operations.keys()]) void leave(id);
    },
  };
}

function readMessage(text: string): Message | null {
  try {
    const message = validateMessage(withQuery(JSON.parse(text)));
    return 'id' in message && message.id.length > LONGEST_ID ? null : message;
  } catch {
    return null;
  }
}

/** The protocol wants a text even where an id stands for it; without either the operation is refused, not the socket. */
function withQuery(message: { type?: unknown; payload?: { query?: unknown } } | null): unknown {
  const { type, payload } = message ?? {};
  if (type !== MessageType.Subscribe || typeof payload !== 'object' || payload === null) return message;
  return { ...message, payload: { ...payload, query: payload.query ?? '' } };
}

/** What a ping brings is sent back, but for a token. */
function pongOf(payload: Record<string, unknown> | undefined): Record<string, unknown> | undefined {
  return payload === undefined || 'authorization' in payload ? undefined : payload;
}
