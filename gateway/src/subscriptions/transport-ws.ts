import { RateLimited } from '@shop/kernel';
import type { FormattedExecutionResult, GraphQLFormattedError } from 'graphql';
import { CloseCode, type Message, MessageType, type SubscribePayload, validateMessage } from 'graphql-ws';
import { type Taker, TooSlow } from './delivery.ts';
import { resultEndingMessage } from './result-text.ts';
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
  ping(payload: Record<string, unknown> | undefined): Promise<void>;
  start(payload: SubscribePayload): Promise<Begun>;
  /** What a client is told of what ended its operation. */
  tell(error: unknown): readonly GraphQLFormattedError[];
  readonly maxOperations: number;
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

/**
 * The server's side of graphql-transport-ws, as graphql-ws has it, with answers as text that many share.
 * https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
 */
export function createTransport(socket: TransportSocket, hooks: TransportHooks): Transport {
  return new Connection(socket, hooks);
}

/** A process has tens of thousands: none has functions of its own. */
class Connection implements Transport {
  readonly #socket: TransportSocket;
  readonly #hooks: TransportHooks;
  /** By the client's id, which may be another operation's as soon as this one is over. */
  readonly #operations = new Map<string, Operation>();
  #state: 'new' | 'connecting' | 'connected' | 'closed' = 'new';
  #patience: NodeJS.Timeout | undefined;

  constructor(socket: TransportSocket, hooks: TransportHooks) {
    this.#socket = socket;
    this.#hooks = hooks;
    this.#patience = setTimeout(() => {
      socket.close(CloseCode.ConnectionInitialisationTimeout, 'Connection initialisation timeout');
    }, CONNECTION_INIT_WITHIN_MS);
  }

  async message(text: string): Promise<void> {
    const message = readMessage(text);
    if (message === null) return this.#close(CloseCode.BadRequest, 'Invalid message received');
    switch (message.type) {
      case MessageType.ConnectionInit:
        return this.#connect(message.payload);
      case MessageType.Ping:
        void this.#hooks.ping(message.payload);
        return this.#send({ type: MessageType.Pong, payload: pongOf(message.payload) });
      case MessageType.Pong:
        return;
      case MessageType.Subscribe:
        return this.#subscribe(message.id, message.payload);
      case MessageType.Complete:
        return this.#leave(message.id);
      default:
        return this.#close(CloseCode.BadRequest, `Unexpected message of type ${message.type} received`);
    }
  }

  closed(): void {
    this.#state = 'closed';
    this.#endPatience();
    for (const id of [...this.#operations.keys()]) void this.#leave(id);
  }

  /** Undefined when there is nothing to wait for. */
  next(operation: Operation, answer: FormattedExecutionResult): Promise<void> | undefined {
    if (!this.#isOpen(operation)) return undefined;
    return this.#socket.next(JSON.stringify(operation.id), resultEndingMessage(answer));
  }

  complete(operation: Operation): void {
    if (this.#remove(operation)) this.#send({ id: operation.id, type: MessageType.Complete });
  }

  fail(operation: Operation, error: unknown): void {
    if (error instanceof TooSlow) this.#close(TRY_AGAIN_LATER, 'Too slow: come back with your last cursor');
    else if (this.#isOpen(operation)) this.#refuse(operation, this.#hooks.tell(error));
  }

  async #connect(params: Record<string, unknown> | undefined): Promise<void> {
    if (this.#state !== 'new') {
      return this.#close(CloseCode.TooManyInitialisationRequests, 'Too many initialisation requests');
    }
    this.#state = 'connecting';
    this.#endPatience();
    const isWelcome = await this.#hooks.connect(params);
    if (this.#state !== 'connecting') return;
    if (!isWelcome) return this.#close(CloseCode.Forbidden, 'Forbidden');
    this.#state = 'connected';
    this.#send({ type: MessageType.ConnectionAck });
  }

  async #subscribe(id: string, payload: SubscribePayload): Promise<void> {
    if (this.#state !== 'connected') return this.#close(CloseCode.Unauthorized, 'Unauthorized');
    if (this.#operations.has(id)) {
      return this.#close(CloseCode.SubscriberAlreadyExists, `Subscriber for ${id} already exists`);
    }
    const isOneTooMany = this.#operations.size >= this.#hooks.maxOperations;
    const operation = new Operation(id, this);
    this.#operations.set(id, operation);
    try {
      if (isOneTooMany) throw new RateLimited(COME_BACK_AFTER_MS);
      const begun = await this.#hooks.start(payload);
      if ('refused' in begun) return this.#refuse(operation, begun.refused);
      const { result } = begun;
      if (!(Symbol.asyncIterator in result)) {
        await this.next(operation, result);
        this.complete(operation);
      } else if (this.#isOpen(operation)) {
        operation.answers = result;
        result.tell(operation);
      } else await result.return();
    } catch (error) {
      this.fail(operation, error);
    }
  }

  async #leave(id: string): Promise<void> {
    const operation = this.#operations.get(id);
    this.#operations.delete(id);
    await operation?.answers?.return();
  }

  #isOpen(operation: Operation): boolean {
    return this.#operations.get(operation.id) === operation;
  }

  /** False for one that was over before. */
  #remove(operation: Operation): boolean {
    return this.#isOpen(operation) && this.#operations.delete(operation.id);
  }

  #refuse(operation: Operation, payload: readonly GraphQLFormattedError[]): void {
    if (this.#remove(operation)) this.#send({ id: operation.id, type: MessageType.Error, payload });
  }

  #endPatience(): void {
    clearTimeout(this.#patience);
    this.#patience = undefined;
  }

  #send(message: object): void {
    this.#socket.send(JSON.stringify(message));
  }

  #close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }
}

/** What a client has asked for, until it is answered, or the client leaves. */
class Operation implements Taker<FormattedExecutionResult> {
  readonly id: string;
  readonly #connection: Connection;
  /** Null until a subscription has begun. */
  answers: Answers | null = null;

  constructor(id: string, connection: Connection) {
    this.id = id;
    this.#connection = connection;
  }

  take(answer: FormattedExecutionResult): Promise<void> | undefined {
    return this.#connection.next(this, answer);
  }

  ended(failure: Error | null): void {
    if (failure === null) this.#connection.complete(this);
    else this.#connection.fail(this, failure);
  }
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
