import { BadUserInput, Unauthenticated } from '@shop/kernel';

/** Where a template's values come from. */
export interface SubjectValues {
  args: Record<string, unknown>;
  viewerId: string | null;
}

export interface SubjectTemplate {
  /** The arguments it names. */
  args: readonly string[];
  /** Every subject the template can ever become: each value a `*`. */
  filter: string;
  /** The subject one subscriber listens to. Throws BadUserInput or Unauthenticated. */
  fill(values: SubjectValues): string;
}

/** Nothing with a meaning in subjects: a `*` or `>` from a client would listen to everyone. */
const SAFE_VALUE = /^[A-Za-z0-9_-]{1,128}$/;
const TOKEN = /^(?:\{(args|viewer)\.(\w+)\}|[A-Za-z0-9_-]+)$/;

type Token = { literal: string } | { args: string } | { viewer: 'id' };

/** Reads templates such as `lamp.switched.{args.lampId}`. Throws when the text is not one. */
export function parseSubjectTemplate(text: string): SubjectTemplate {
  const tokens = text.split('.').reduce<string[]>(joinBraces, []).map(readToken(text));
  return {
    args: tokens.flatMap((token) => ('args' in token ? [token.args] : [])),
    filter: tokens.map((token) => ('literal' in token ? token.literal : '*')).join('.'),
    fill: (values) => tokens.map((token) => tokenValue(token, values)).join('.'),
  };
}

/** Whether a message's subject is one that a filled template asks for. */
export function subjectMatches(wanted: string, subject: string): boolean {
  const parts = subject.split('.');
  const wantedParts = wanted.split('.');
  return wantedParts.length === parts.length && wantedParts.every((part, i) => part === '*' || part === parts[i]);
}

/** The dot inside `{args.x}` does not part tokens. */
function joinBraces(tokens: string[], part: string): string[] {
  const last = tokens.at(-1);
  return last?.startsWith('{') && !last.endsWith('}') ? [...tokens.slice(0, -1), `${last}.${part}`] : [...tokens, part];
}

function readToken(template: string): (token: string) => Token {
  return (token) => {
    const [matched, source, name] = TOKEN.exec(token) ?? [];
    if (matched === undefined)
      throw new Error(`"${token}" in the subject "${template}" is neither a word nor {args.…} nor {viewer.id}.`);
    if (source === 'args') return { args: name as string };
    if (source === undefined) return { literal: token };
    if (name !== 'id') throw new Error(`The subject "${template}" asks for viewer.${name}; only viewer.id is known.`);
    return { viewer: name };
  };
}

function tokenValue(token: Token, { args, viewerId }: SubjectValues): string {
  if ('literal' in token) return token.literal;
  if ('viewer' in token) {
    if (viewerId === null) throw new Unauthenticated('Sign in to subscribe to this.');
    return checked('viewer', viewerId);
  }
  const value = args[token.args];
  return value === null || value === undefined ? '*' : checked(token.args, String(value));
}

function checked(name: string, value: string): string {
  if (SAFE_VALUE.test(value)) return value;
  throw new BadUserInput(name, `${name} must be 1 to 128 letters, digits, "-" or "_".`);
}
