import type { Tally } from '@shop/redis';
import { NO_APP } from './client-app.ts';

/** What is recorded of an operation, the same wherever it is asked for. */
export interface CountedOperation {
  id: string;
  name: string | null;
  /** SHA-256 of its text. */
  hash: string;
  coordinates: readonly string[];
}

/** Requests that wait to be recorded. */
export interface WaitingTally extends Tally {
  /** Null for those that are not told apart. */
  operation: CountedOperation | null;
}

/** Counts that wait to be recorded: by operation and client as long as there is room, the others together. */
export interface WaitingCounts {
  /** `readInputs` adds to a set what the request's variables bring. */
  count(operation: CountedOperation, app: string, requests: number, readInputs?: (found: Set<string>) => void): void;
  /** Counts something with what was counted without being told apart. */
  countTogether(coordinates: Iterable<string>, requests: number): void;
  /** How many requests wait. */
  requests(): number;
  /** Takes what is told apart, and leaves nothing of it. */
  takeApart(): WaitingTally[];
  /** Takes what is counted together; null where there is none. */
  takeTogether(): WaitingTally | null;
  /** Takes back what could not be recorded. */
  giveBack(tally: WaitingTally): void;
}

interface Waiting {
  operation: CountedOperation;
  inputs: Set<string>;
  apps: Map<string, number>;
}

const BYTES_PER_OPERATION = 600;
const BYTES_PER_COORDINATE = 8;
const BYTES_PER_INPUT = 24;
const BYTES_PER_APP = 250;

/** All others have this id: they are one subject. */
const TOGETHER = 'others';

/**
 * Holds counts in `maxBytes`, estimated. Of what there is no room for only the coordinates and the number of requests are
 * kept: a schema has only so many of them, and no use of a field is ever forgotten.
 */
export function createWaitingCounts(maxBytes: number): WaitingCounts {
  let apart = new Map<string, Waiting>();
  let bytes = 0;
  let together = new Set<string>();
  let togetherRequests = 0;
  let apartRequests = 0;

  function hasRoom(wanted: number): boolean {
    if (bytes + wanted > maxBytes) return false;
    bytes += wanted;
    return true;
  }

  function begin(operation: CountedOperation): Waiting | null {
    if (!hasRoom(BYTES_PER_OPERATION + BYTES_PER_COORDINATE * operation.coordinates.length)) return null;
    const waiting: Waiting = { operation, inputs: new Set(), apps: new Map() };
    apart.set(operation.id, waiting);
    return waiting;
  }

  function countTogether(coordinates: Iterable<string>, requests: number): void {
    for (const coordinate of coordinates) together.add(coordinate);
    togetherRequests += requests;
  }

  const counts: WaitingCounts = {
    count(operation, app, requests, readInputs) {
      const waiting = apart.get(operation.id) ?? begin(operation);
      const before = waiting?.apps.get(app);
      if (waiting === null || (before === undefined && !hasRoom(BYTES_PER_APP))) {
        countTogether(operation.coordinates, requests);
        readInputs?.(together);
        return;
      }
      waiting.apps.set(app, (before ?? 0) + requests);
      apartRequests += requests;
      if (readInputs === undefined) return;
      const inputsBefore = waiting.inputs.size;
      readInputs(waiting.inputs);
      // They are there already: a schema has only so many, and the next one finds less room.
      bytes += BYTES_PER_INPUT * (waiting.inputs.size - inputsBefore);
    },
    countTogether,
    requests: () => apartRequests + togetherRequests,
    takeApart() {
      const tallies = [...apart.values()].map(({ operation, inputs, apps }): WaitingTally => {
        const { id, ...known } = operation;
        const about = () => JSON.stringify(known);
        return { operation, id, about, marks: [...inputs], counts: apps, always: false };
      });
      apart = new Map();
      bytes = 0;
      apartRequests = 0;
      return tallies;
    },
    takeTogether() {
      if (togetherRequests === 0 && together.size === 0) return null;
      const about = () => JSON.stringify({ name: null, hash: null, coordinates: [] });
      const marks = [...together];
      const counts = new Map([[NO_APP, togetherRequests]]);
      together = new Set();
      togetherRequests = 0;
      return { operation: null, id: TOGETHER, about, marks, counts, always: true };
    },
    giveBack(tally) {
      const { operation, marks, counts: given } = tally;
      if (operation === null) return countTogether(marks, requestsIn(tally));
      const addMarks = (found: Set<string>) => {
        for (const mark of marks) found.add(mark);
      };
      for (const [app, requests] of given) counts.count(operation, app, requests, addMarks);
    },
  };
  return counts;
}

export function requestsIn({ counts }: Pick<Tally, 'counts'>): number {
  let requests = 0;
  for (const each of counts.values()) requests += each;
  return requests;
}
