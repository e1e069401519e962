import { type ConstDirectiveNode, valueFromASTUntyped } from 'graphql';
import type { Element } from '../lint/elements.ts';

/** Where a part of the schema comes from, and who may ask for it. */
export interface Provenance {
  /** The subgraphs that declare it. */
  subgraphs(coordinate: string): readonly string[];
  /** The same in words. */
  origin(coordinate: string): string[];
  /** Who may ask, in words. */
  access(coordinate: string): string[];
  /** All of it, and how a subscription begins. */
  notes(coordinate: string): string[];
}

export function provenanceOf(elements: readonly Element[]): Provenance {
  const declared = new Map<string, Element[]>();
  for (const element of elements) {
    const others = declared.get(element.coordinate);
    if (others) others.push(element);
    else declared.set(element.coordinate, [element]);
  }
  const subgraphs = (coordinate: string) => {
    const giving = (declared.get(coordinate) ?? []).filter((element) => !isReference(element));
    return [...new Set(giving.map(({ subgraph }) => subgraph))];
  };
  const directives = (coordinate: string) =>
    (declared.get(coordinate) ?? []).flatMap(({ node }) => (node.directives ?? []).map(readDirective));
  const access = (coordinate: string) => [...new Set(directives(coordinate).flatMap(accessInWords))];
  const origin = (coordinate: string) => {
    const from = subgraphs(coordinate);
    return from.length === 0 ? [] : [`From ${from.join(', ')}.`];
  };
  return {
    subgraphs,
    access,
    origin: (coordinate) => {
      const words = [...origin(coordinate), ...access(coordinate)];
      return words.length === 0 ? [] : [words.join(' ')];
    },
    notes: (coordinate) => [
      ...access(coordinate),
      ...directives(coordinate).flatMap(eventsInWords),
      ...origin(coordinate),
    ],
  };
}

/** A subgraph that only refers to an entity gives nothing of it. */
function isReference({ kind, node }: Element): boolean {
  if (kind !== 'type') return false;
  const keys = (node.directives ?? []).map(readDirective).filter(({ name }) => name === 'key');
  return keys.length > 0 && keys.every(({ values }) => values.resolvable === false);
}

interface Directive {
  name: string;
  values: Record<string, unknown>;
}

function readDirective({ name, arguments: given = [] }: ConstDirectiveNode): Directive {
  const values = given.map((one) => [one.name.value, valueFromASTUntyped(one.value)]);
  return { name: name.value, values: Object.fromEntries(values) };
}

function accessInWords({ name, values }: Directive): string[] {
  if (name === 'authenticated') return ['Wants a token.'];
  if (name === 'requiresScopes') return [`Wants the scopes ${choices(values.scopes)}.`];
  return name === 'policy' ? [`Wants the policies ${choices(values.policies)}.`] : [];
}

/** One of several sets is enough. */
function choices(sets: unknown): string {
  if (!Array.isArray(sets)) return String(sets);
  return sets.map((set) => (Array.isArray(set) ? set.join(' and ') : String(set))).join(', or ');
}

function eventsInWords({ name, values }: Directive): string[] {
  if (name !== 'eventStream') return [];
  return [
    values.audience === 'PUBLIC' ? 'For everybody.' : 'For whoever is signed in.',
    ...(typeof values.current === 'string' ? ['Begins with how things stand.'] : []),
  ];
}
