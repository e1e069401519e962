/** The text of a shared object, as one writer wrote it. */
export interface Memo {
  writer: unknown;
  text: string;
  /** The last walk through the tree that came by. */
  walk: number;
}

/** The objects of one execution that are at several places of its tree: each is fetched for and written once. */
export class SharedObjects {
  readonly #memos = new Map<object, Memo>();
  #walks = 0;

  add(object: object): void {
    if (!this.#memos.has(object)) this.#memos.set(object, { writer: null, text: '', walk: this.#walks });
  }

  /** Undefined for an object that is at one place only. */
  memoOf(object: object): Memo | undefined {
    return this.#memos.size === 0 ? undefined : this.#memos.get(object);
  }

  /** Begins a walk through the tree; the function it gives says of each object whether the walk has not been there yet. */
  startWalk(): (object: object) => boolean {
    this.#walks += 1;
    const walk = this.#walks;
    return (object) => {
      const memo = this.memoOf(object);
      if (memo?.walk === walk) return false;
      if (memo !== undefined) memo.walk = walk;
      return true;
    };
  }
}
