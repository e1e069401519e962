/** One message of a stream. */
export interface StreamEvent {
  /** Grows within a stream; an order over all its subjects. */
  sequence: number;
  subject: string;
  data: Record<string, unknown>;
  /** The trace the event was born in. */
  traceparent: string | undefined;
}

/** Where events come from. One implementation per broker; JetStream is the only one so far. */
export interface EventSource {
  hasStream(stream: string): Promise<boolean>;
  /** Throws ServiceUnavailable when the broker cannot be asked. */
  lastSequence(stream: string): Promise<number>;
  /**
   * Every event on the filter from now on, once, in order, and across outages of the broker. Resolves when no event
   * after that moment can be missed.
   */
  listen(stream: string, filter: string, listener: (event: StreamEvent) => void): Promise<{ close(): void }>;
  /** Why events are not coming right now. */
  outage(): string | null;
  close(): Promise<void>;
}
