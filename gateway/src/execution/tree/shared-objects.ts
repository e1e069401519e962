/** The text of a shared object, as one writer wrote it. */
export interface Memo {
  writer: unknown;
  text: string;
}

/** The objects of one execution that are at several places of its tree. */
export class SharedObjects {
  readonly #memos = new Map<object, Memo>();

  add(object: object): void {
    if (!this.#memos.has(object)) this.#memos.set(object, { writer: null, text: '' });
  }

  /** Undefined for an object that is at one place only. */
  memoOf(object: object): Memo | undefined {
    return this.#memos.size === 0 ? undefined : this.#memos.get(object);
  }
}
