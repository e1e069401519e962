import type { z } from 'zod';
import type { Envelope } from './envelope.ts';

/** A fact of one domain: its CloudEvents type, the stream that keeps it, who says it and what its data look like. */
export interface EventDefinition<T extends string = string, S extends z.ZodType = z.ZodType> {
  readonly type: T;
  readonly stream: string;
  readonly source: string;
  readonly data: S;
  /** Every wire subject of this event, as a stream or a consumer lists it: `coupon.issued.*`. */
  readonly pattern: string;
  /** Where the event about one aggregate is published: `coupon.issued.<userId>`. Throws RangeError for a malformed id. */
  wireSubject(aggregateId: string): string;
}

/** The parsed envelopes of one or several definitions, told apart by `type`. */
export type EventOf<D extends EventDefinition> =
  D extends EventDefinition<infer T, infer S> ? Envelope<T, z.output<S>> : never;

/** Declares an event once, for those who record it and for those who consume it. */
export function defineEvent<const T extends string, S extends z.ZodType>(event: {
  type: T;
  stream: string;
  source: string;
  data: S;
}): EventDefinition<T, S> {
  return {
    ...event,
    pattern: `${event.type}.*`,
    wireSubject: (aggregateId) => `${event.type}.${subjectToken(aggregateId)}`,
  };
}

// A dot or a wildcard in an id would publish to somebody else's subject.
const TOKEN = /^[\w-]{1,100}$/;

/** Returns the id as it is; throws RangeError when it cannot be one token of a subject. */
export function subjectToken(value: string): string {
  if (!TOKEN.test(value)) throw new RangeError(`${JSON.stringify(value)} cannot be part of a subject.`);
  return value;
}
