/** What one operation, or what clients sent under one name, has to do with a schema. */
export interface Use {
  /** How reports name it. */
  label: string;
  /** Coordinates it uses: `T`, `T.f`, `T.f(a:)`, `I.f`, `E.VALUE`, `@d`, `@d(a:)`. */
  certain: ReadonlySet<string>;
  /** Coordinates of what its variables could hold. */
  possible: ReadonlySet<string>;
}

/** Whether it is seen in the text, a variable may hold it, or it may come back where an interface or a union is asked for. */
export type Certainty = 'certain' | 'in-variable' | 'in-answer';

export interface User {
  label: string;
  certainty: Certainty;
}
