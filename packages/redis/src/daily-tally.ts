import type { RedisConnection } from './redis-connection.ts';
import { defineScript, runScript } from './script.ts';

const countScript = defineScript<number[]>('daily-tally', new URL('../src/daily-tally.lua', import.meta.url), 3);

/** How many times something happened to one subject since it was last counted. */
export interface Tally {
  /** Of the subject: without spaces, and the same in every process. */
  id: string;
  /** What is to be known of the subject; asked for when it is new on a day. */
  about(): string;
  /** What else was seen of the subject; each is kept once a day. */
  marks: readonly string[];
  /** By what is told apart, such as a client's name. */
  counts: ReadonlyMap<string, number>;
  /** Counted even where there is no room left: for what only so much can ever come of. */
  always: boolean;
}

/** A subject of a day, with all that all processes have counted. */
export interface DailyTally {
  about: string;
  marks: string[];
  counts: Map<string, number>;
}

/** Counts by day (`2026-11-20`, UTC), which all processes share and forget together. */
export interface DailyTallies {
  /**
   * Counts each tally with what is to be known of it, or not at all, and returns those there is no room for; one of very
   * many marks and counts is several. Rejects while Redis is away: what was counted until then is not known.
   */
  add<T extends Tally>(day: string, tallies: readonly T[]): Promise<T[]>;
  /** By the subject's id. */
  read(day: string): Promise<Map<string, DailyTally>>;
}

export interface DailyTalliesOptions {
  redis: RedisConnection;
  /** The keys are `<name>:{<day>}:…`. */
  name: string;
  keptDays: number;
  /** What is new on a day may take so much of Redis' memory, estimated. */
  maxBytesPerDay: number;
}

const DAY_MS = 86_400_000;
/** One script keeps Redis from others for as long as it runs: some 2 ms for so many (measured on a busy machine). */
const FIELDS_PER_CALL = 500;
const FIELDS_PER_READ = 500;
const WANTED = 1;
const NO_ROOM = 2;

/** Creates tallies that live in Redis; whoever floods them fills a day's room, and no more. */
export function createDailyTallies({ redis, name, keptDays, maxBytesPerDay }: DailyTalliesOptions): DailyTallies {
  const keysOf = (day: string) => ['about', 'counts', 'bytes'].map((what) => `${name}:{${day}}:${what}`);

  async function count(day: string, tallies: readonly Tally[], tellAbout: boolean): Promise<number[]> {
    const entries = tallies.map(({ id, about, marks, counts, always }) =>
      JSON.stringify({ id, ...(tellAbout && { about: about() }), marks, counts: [...counts].flat(), always }),
    );
    return runScript(redis, countScript, keysOf(day), [maxBytesPerDay, keptDays * DAY_MS, ...entries]);
  }

  return {
    async add<T extends Tally>(day: string, tallies: readonly T[]) {
      const refused: T[] = [];
      for (const some of inCalls(tallies)) {
        const outcomes = await count(day, some, false);
        const wanted = some.filter((_, i) => outcomes[i] === WANTED);
        const later = wanted.length === 0 ? [] : await count(day, wanted, true);
        refused.push(
          ...some.filter((_, i) => outcomes[i] === NO_ROOM),
          ...wanted.filter((_, i) => later[i] === NO_ROOM),
        );
      }
      return refused;
    },
    async read(day) {
      const [about = '', counts = ''] = keysOf(day);
      const tallies = new Map<string, DailyTally>();
      const marks: [string, string][] = [];
      for await (const [field, value] of fieldsOf(redis, about)) {
        const [id, mark] = split(field);
        if (mark === null) tallies.set(id, { about: value, marks: [], counts: new Map() });
        else marks.push([id, mark]);
      }
      for (const [id, mark] of marks) tallies.get(id)?.marks.push(mark);
      for await (const [field, value] of fieldsOf(redis, counts)) {
        const [id, what] = split(field);
        tallies.get(id)?.counts.set(what ?? '', Number(value));
      }
      return tallies;
    },
  };
}

function inCalls<T extends Tally>(tallies: readonly T[]): T[][] {
  const calls: T[][] = [];
  let room = 0;
  for (const part of tallies.flatMap(inParts)) {
    const fields = 1 + part.marks.length + part.counts.size;
    if (fields > room) {
      calls.push([]);
      room = FIELDS_PER_CALL;
    }
    calls.at(-1)?.push(part);
    room -= fields;
  }
  return calls;
}

/** A tally as several that fit into a call. */
function inParts<T extends Tally>(tally: T): T[] {
  const { marks, counts } = tally;
  if (marks.length + counts.size < FIELDS_PER_CALL) return [tally];
  const none = new Map<string, number>();
  return [
    ...slices(marks).map((some) => ({ ...tally, marks: some, counts: none })),
    ...slices([...counts]).map((some) => ({ ...tally, marks: [], counts: new Map(some) })),
  ];
}

function slices<T>(all: readonly T[]): T[][] {
  const size = FIELDS_PER_CALL - 1;
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
}

/** Each once: a scan may give one twice. */
async function* fieldsOf(redis: RedisConnection, key: string): AsyncGenerator<[string, string]> {
  const seen = new Set<string>();
  let cursor = '0';
  do {
    const [next, found] = await redis.hscan(key, cursor, 'COUNT', FIELDS_PER_READ);
    for (let i = 0; i + 1 < found.length; i += 2) {
      const field = found[i] as string;
      if (seen.has(field)) continue;
      seen.add(field);
      yield [field, found[i + 1] as string];
    }
    cursor = next;
  } while (cursor !== '0');
}

function split(field: string): [id: string, rest: string | null] {
  const end = field.indexOf(' ');
  return end === -1 ? [field, null] : [field.slice(0, end), field.slice(end + 1)];
}
