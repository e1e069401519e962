import type { Cursor } from './cursor.ts';
import type { StreamEvent } from './event-source.ts';

/** How far one subscriber has come. */
export class Place {
  readonly #stream: string;
  #created: string;
  #sequence: number;
  #time: number;
  #eventId: string | null;

  constructor({ stream, created, sequence, time, eventId }: Cursor) {
    this.#stream = stream;
    this.#created = created;
    this.#sequence = sequence;
    this.#time = time;
    this.#eventId = eventId;
  }

  cursor(): Cursor {
    return {
      stream: this.#stream,
      created: this.#created,
      sequence: this.#sequence,
      time: this.#time,
      eventId: this.#eventId,
    };
  }

  moveTo({ created, sequence, time, eventId }: Omit<Cursor, 'stream'>): void {
    this.#created = created;
    this.#sequence = sequence;
    this.#time = time;
    this.#eventId = eventId;
  }

  /** The event is told. */
  reach({ created, sequence, time, id }: StreamEvent): void {
    this.#created = created;
    this.#sequence = sequence;
    this.#time = time;
    this.#eventId = id;
  }

  /** Everything up to there was looked through. */
  pass(created: string, sequence: number): void {
    if (this.isPast({ created, sequence })) return;
    this.#created = created;
    this.#sequence = sequence;
  }

  /** Whether the event was told before, or is part of the state that was. */
  isPast({ created, sequence }: Pick<StreamEvent, 'created' | 'sequence'>): boolean {
    return this.#created === created && sequence <= this.#sequence;
  }
}
