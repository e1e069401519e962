/** Why a subgraph's answer did not come; also the names that metrics have for it. */
export type FailureKind =
  /** The connection could not be made, or broke. */
  | 'connection'
  /** The subgraph's time was over. */
  | 'timeout'
  /** The operation's time was over. */
  | 'deadline'
  /** Nobody waited for it any more. */
  | 'abandoned'
  /** The subgraph has failed so often that it was not asked. */
  | 'breaker_open'
  /** Too many others wait for the subgraph. */
  | 'queue_full'
  | 'too_large'
  /** An answer that is no GraphQL, such as a proxy's error page. */
  | 'invalid';

interface Progress {
  /** The request was begun to be sent: the subgraph may have done what it says. */
  wasSent: boolean;
  /** Something of an answer has come. */
  wasAnswered: boolean;
}

const NO_PROGRESS: Progress = { wasSent: false, wasAnswered: false };

/** A request to a subgraph that has no answer to use. */
export class FetchFailed extends Error {
  override readonly name = 'FetchFailed';
  readonly kind: FailureKind;
  readonly wasSent: boolean;
  readonly wasAnswered: boolean;

  constructor(kind: FailureKind, message: string, { wasSent, wasAnswered } = NO_PROGRESS, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
    this.wasSent = wasSent;
    this.wasAnswered = wasAnswered;
  }
}
