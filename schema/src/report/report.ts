/** An `error` fails the command, a `warning` wants a look, a `notice` is good to know. */
export type Level = 'error' | 'warning' | 'notice';

/** Where in a file of the repository; line and column count from 1. */
export interface Place {
  file: string;
  line?: number;
  column?: number;
}

/** One thing a check has to say. */
export interface Finding {
  level: Level;
  /** Which rule, or which kind of change, in kebab-case. */
  rule: string;
  /** What it is about, as a schema coordinate (https://spec.graphql.org/draft/#sec-Schema-Coordinates). */
  coordinate?: string;
  /** One sentence. */
  message: string;
  /** More lines: who uses it, what to do. */
  details?: readonly string[];
  place?: Place;
  /** What only machines read: appears in JSON. */
  data?: Readonly<Record<string, unknown>>;
}

export interface Section {
  title: string;
  /** One sentence that is true whether or not there are findings. */
  summary?: string;
  findings: readonly Finding[];
}

/** What a command has found, before it is written for anybody. */
export interface Report {
  title: string;
  /** The verdict in one sentence. */
  summary: string;
  sections: readonly Section[];
}

/** Whether anything in it fails the command. */
export function hasErrors({ sections }: Report): boolean {
  return sections.some(({ findings }) => findings.some(({ level }) => level === 'error'));
}

/**
 * Keeps on one line what others have named: clients say who they are, and a line break would begin a line of its own, which
 * CI may take for a command; other control characters move terminals, and the marks of direction turn what is read.
 */
export function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu, ' ');
}

/** How a place is written for people and for editors to jump to. */
export function placeText({ file, line, column }: Place): string {
  return [file, line, column].filter((part) => part !== undefined).join(':');
}
