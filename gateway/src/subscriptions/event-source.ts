/** One message of a stream. All subscribers share the same object. */
export interface StreamEvent {
  /** The event's own id, under which it may come again. */
  id: string;
  /** When it happened, in milliseconds since the epoch. */
  time: number;
  /** When its stream was made: sequences of two streams of one name cannot be compared. */
  created: string;
  /** Grows within a stream; an order over all its subjects. */
  sequence: number;
  subject: string;
  data: Record<string, unknown>;
  /** Somebody has published it again, perhaps long after it happened. */
  isRepublished: boolean;
  /** The trace the event was born in. */
  traceparent: string | undefined;
  /** What a client that has this event comes back with. */
  cursor: string;
}

/** What a stream holds now. */
export interface StreamPosition {
  created: string;
  /** Of the oldest message it still has. */
  firstSequence: number;
  lastSequence: number;
  /** When the last message came in, in milliseconds since the epoch; now, when there was none. */
  lastTime: number;
}

/** Some events of a stream, in order. */
export interface Page {
  /** When the stream was made that it was read from. */
  created: string;
  events: readonly StreamEvent[];
  /** Where the next page begins: the last message that was looked at. */
  last: number;
  /** There was no other one when the last was read. */
  isEnd: boolean;
}

/** Hears of events one after the other: the next waits until this one is dealt with. */
export type Listener = (event: StreamEvent) => void | Promise<void>;

/** Where events come from. One implementation per broker; JetStream is the only one so far. */
export interface EventSource {
  hasStream(stream: string): Promise<boolean>;
  /** Throws ServiceUnavailable when the broker cannot be asked. */
  position(stream: string): Promise<StreamPosition>;
  /**
   * Every event on the filter from now on, in order, and across outages of the broker; when the stream is lost and made
   * anew, all that the new one has. Resolves when no event after that moment can be missed.
   */
  listen(stream: string, filter: string, listener: Listener): Promise<Listening>;
  /** Events on the filter after a sequence. Few are read at once; the others wait. Throws ServiceUnavailable. */
  read(stream: string, filter: string, after: number): Promise<Page>;
  /** Why events are not coming right now. */
  outage(): string | null;
  close(): Promise<void>;
}

export interface Listening {
  created: string;
  /** Events after this one are heard. */
  after: number;
  close(): void;
}
