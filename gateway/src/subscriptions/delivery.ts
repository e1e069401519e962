/**
 * What one subscriber is still to get. Not an async generator function: its `return` would wait for the pending `next`,
 * and on a quiet stream that is for ever.
 */
export class Delivery<T, R> implements AsyncGenerator<R, void, void> {
  readonly #answer: (item: T) => Promise<R>;
  readonly #onClose: () => void;
  readonly #waiting: T[] = [];
  #wake: (() => void) | null = null;
  #closed = false;

  /** Each item pushed becomes `answer(item)` when its turn comes; `onClose` runs once, when the subscriber leaves. */
  constructor(answer: (item: T) => Promise<R>, onClose: () => void) {
    this.#answer = answer;
    this.#onClose = onClose;
  }

  /** Issue 6 bounds what may wait here, and closes a slow reader with a cursor to come back with. */
  push(item: T): void {
    if (this.#closed) return;
    this.#waiting.push(item);
    this.#wake?.();
  }

  async next(): Promise<IteratorResult<R, void>> {
    while (!this.#closed) {
      const item = this.#waiting.shift();
      if (item !== undefined) return { done: false, value: await this.#answer(item) };
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = null;
    }
    return { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<R, void>> {
    this.#close();
    return { done: true, value: undefined };
  }

  async throw(error: unknown): Promise<IteratorResult<R, void>> {
    this.#close();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#close();
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#waiting.length = 0;
    this.#onClose();
    this.#wake?.();
  }
}
