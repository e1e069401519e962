import { Lexer, Source, TokenKind } from 'graphql';
import { type DocumentPart, emptyPart, totalsOf } from './document-parts.ts';

/** How large a document is, with every fragment counted wherever it is spread; of several operations, the largest. */
export interface DocumentShape {
  tokens: number;
  /** Braces within braces. */
  depth: number;
  /** Lists and objects within each other in an argument, a default or a type. */
  valueDepth: number;
  /** Spreads of fragments included: to those who merge selections they are more of the same. */
  fields: number;
  aliases: number;
  rootFields: number;
  directives: number;
  directivesOfOneSelection: number;
  /** Whether it asks for `__schema` or `__type`. */
  introspects: boolean;
}

/** What a brace would open. */
type Opens = 'definition' | 'field' | 'inline-fragment';

/**
 * Measures a document from its tokens, in one pass and without recursion: the parser and the validators of graphql-js
 * recurse, and some of their rules take the square of what they are given, so this has to come first. Stops after
 * `maxTokens` and where the document cannot be read, with what it has seen until there.
 */
export function shapeOf(text: string, maxTokens: number): DocumentShape {
  const reader = new ShapeReader(text, maxTokens);
  reader.read();
  return {
    tokens: reader.tokens,
    introspects: reader.introspects,
    ...totalsOf(reader.parts),
  };
}

class ShapeReader {
  tokens = 0;
  introspects = false;
  readonly parts: DocumentPart[] = [];
  readonly #lexer: Lexer;
  readonly #maxTokens: number;
  #part: DocumentPart = emptyPart(null);
  /** Of the braces that are open, what each was opened by. */
  readonly #braces: Opens[] = [];
  #fieldBraces = 0;
  #opens: Opens = 'definition';
  #directives = 0;

  constructor(text: string, maxTokens: number) {
    this.#lexer = new Lexer(new Source(text));
    this.#maxTokens = maxTokens;
  }

  read(): void {
    while (this.#advance()) {
      if (this.#braces.length === 0) this.#readHeader();
      else this.#readSelection();
    }
  }

  /** False at the end, at what is no token, and past the limit. */
  #advance(): boolean {
    try {
      if (this.#lexer.advance().kind === TokenKind.EOF) return false;
    } catch {
      // The parser will come to the same place, and say what is wrong there.
      return false;
    }
    this.tokens += 1;
    return this.tokens <= this.#maxTokens;
  }

  #peek(): string {
    try {
      return this.#lexer.lookahead().kind;
    } catch {
      return TokenKind.EOF;
    }
  }

  #readHeader(): void {
    const { kind, value } = this.#lexer.token;
    if (kind === TokenKind.PAREN_L) this.#readParentheses();
    else if (kind === TokenKind.AT) this.#readDirective();
    else if (kind === TokenKind.BRACE_L) this.#open();
    else if (kind === TokenKind.NAME && value === 'fragment' && this.#peek() === TokenKind.NAME) {
      if (this.#advance()) this.#begin(this.#lexer.token.value);
      // `on` and the type, which may be called like an operation.
      for (let left = 2; left > 0 && this.#peek() === TokenKind.NAME; left -= 1) this.#advance();
    } else if (kind === TokenKind.NAME && OPERATIONS.has(value)) this.#begin(null);
  }

  #begin(fragment: string | null): void {
    this.#part = emptyPart(fragment);
    this.parts.push(this.#part);
    this.#endSelection();
    this.#opens = 'definition';
  }

  #readSelection(): void {
    const { kind } = this.#lexer.token;
    if (kind === TokenKind.BRACE_L) this.#open();
    else if (kind === TokenKind.BRACE_R) this.#close();
    else if (kind === TokenKind.PAREN_L) this.#readParentheses();
    else if (kind === TokenKind.AT) this.#readDirective();
    else if (kind === TokenKind.SPREAD) this.#readSpread();
    else if (kind === TokenKind.NAME) this.#readField();
  }

  #open(): void {
    if (this.#braces.length === 0 && (this.#part.depth > 0 || this.parts.length === 0)) this.#begin(null);
    if (this.#opens === 'field') this.#fieldBraces += 1;
    this.#braces.push(this.#opens);
    this.#part.depth = Math.max(this.#part.depth, this.#braces.length);
    this.#endSelection();
  }

  #close(): void {
    if (this.#braces.pop() === 'field') this.#fieldBraces -= 1;
    this.#endSelection();
  }

  #readField(): void {
    this.#endSelection();
    if (this.#peek() === TokenKind.COLON) {
      this.#part.aliases += 1;
      if (!(this.#advance() && this.#advance())) return;
    }
    const name = this.#lexer.token.value;
    this.#part.fields += 1;
    if (this.#fieldBraces === 0) this.#part.rootFields += 1;
    if (name === '__schema' || name === '__type') this.introspects = true;
    this.#opens = 'field';
  }

  #readSpread(): void {
    this.#endSelection();
    this.#part.fields += 1;
    this.#opens = 'inline-fragment';
    if (this.#peek() !== TokenKind.NAME || !this.#advance()) return;
    const name = this.#lexer.token.value;
    if (name === 'on') this.#advance();
    else this.#part.spreads.push({ fragment: name, depth: this.#braces.length, isAtRoot: this.#fieldBraces === 0 });
  }

  #readDirective(): void {
    this.#directives += 1;
    this.#part.directives += 1;
    this.#part.directivesOfOneSelection = Math.max(this.#part.directivesOfOneSelection, this.#directives);
    if (this.#peek() === TokenKind.NAME) this.#advance();
  }

  #endSelection(): void {
    this.#directives = 0;
  }

  /** Arguments or variables: braces and brackets in there are values and types. */
  #readParentheses(): void {
    let depth = 1;
    while (depth > 0 && this.#advance()) {
      const { kind } = this.#lexer.token;
      if (OPENING.has(kind)) depth += 1;
      else if (CLOSING.has(kind)) depth -= 1;
      else if (kind === TokenKind.AT) this.#part.directives += 1;
      this.#part.valueDepth = Math.max(this.#part.valueDepth, depth - 1);
    }
  }
}

const OPERATIONS: ReadonlySet<string> = new Set(['query', 'mutation', 'subscription']);
const OPENING: ReadonlySet<string> = new Set([TokenKind.PAREN_L, TokenKind.BRACKET_L, TokenKind.BRACE_L]);
const CLOSING: ReadonlySet<string> = new Set([TokenKind.PAREN_R, TokenKind.BRACKET_R, TokenKind.BRACE_R]);
