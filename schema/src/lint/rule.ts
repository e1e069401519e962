import type { GraphQLSchema } from 'graphql';
import type { Finding, Level } from '../report/report.ts';
import { type Element, placeOf } from './elements.ts';
import type { LintSettings } from './lint-settings.ts';

/** What the rules read. */
export interface LintInput {
  /** What the subgraphs declare and clients can see. */
  elements: readonly Element[];
  /** What clients see. */
  api: GraphQLSchema;
  /** What clients saw before, where that is known. */
  base: GraphQLSchema | null;
  settings: LintSettings;
  /** YYYY-MM-DD. */
  today: string;
}

/** A rule has a name, which exceptions use, and a sentence for people who want to know what it asks for. */
export interface Rule {
  name: string;
  summary: string;
  check(input: LintInput): Finding[];
}

/** A finding about what a subgraph declares. */
export function found(rule: string, element: Element, message: string, level: Level = 'error'): Finding {
  const place = placeOf(element);
  return { level, rule, coordinate: element.coordinate, message, ...(place && { place }) };
}
